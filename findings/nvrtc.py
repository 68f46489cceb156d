"""Compiles the CUDA C on standard input with NVRTC 11.8 and prints its PTX: nvrtc.py LIBRARY OPTION..."""
import ctypes
import sys

nvrtc = ctypes.CDLL(sys.argv[1])
program, size = ctypes.c_void_p(), ctypes.c_size_t()
nvrtc.nvrtcCreateProgram(ctypes.byref(program), sys.stdin.read().encode(), b"kernel.cu", 0, None, None)
options = [option.encode() for option in sys.argv[2:]]
failed = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
measure, read = (nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog) if failed else (
    nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX)
measure(program, ctypes.byref(size))
text = ctypes.create_string_buffer(size.value)
read(program, text)
sys.exit(text.value.decode()) if failed else print(text.value.decode())
