// NVRTC's stand-in: CUDA C to a shared library for this CPU, by the host's compiler. Its image is the "cubin".
// To be defined: COMPILER, its name; FOLDER, where device.h lies; VERSION, a number that changes with these sources.
#include "elf_image.h"
#include "translate.h"
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace {

enum { Success = 0, InvalidInput = 3, InvalidProgram = 4, InvalidOption = 5, Compilation = 6 };

struct Program { std::string source, name, log, image; };

std::string contents(const std::string& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// A folder that goes with the compilation.
struct Folder
{
    std::string path;
    Folder()
    {
        const char* place = getenv("TMPDIR");
        path = std::string(place && *place ? place : "/tmp") + "/cuda-on-cpu-XXXXXX";
        if (!mkdtemp(&path[0])) throw TranslationError("no folder can be made in " + path);
    }
    ~Folder()
    {
        for (const char* file : { "kernel.cu", "kernel.ii", "kernel.cpp", "kernel.so", "log" })
            unlink((path + "/" + file).c_str());
        rmdir(path.c_str());
    }
    std::string operator/(const char* file) const { return path + "/" + file; }
};

// Runs the compiler; what it says is the log.
bool compile(const std::vector<std::string>& arguments, const Folder& folder, std::string& log)
{
    std::vector<char*> list = { (char*)COMPILER };
    for (const std::string& argument : arguments) list.push_back((char*)argument.c_str());
    list.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, (folder / "log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    int status = -1, error = posix_spawnp(&child, COMPILER, &actions, nullptr, list.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0) while (waitpid(child, &status, 0) < 0 && errno == EINTR);
    log = contents(folder / "log");
    return status == 0;
}

int compile(Program& program, const std::vector<std::string>& options)
{
    std::string architecture = "__CUDA_ARCH__=520", contraction = "-ffp-contract=fast", standard = "-std=c++17";
    for (const std::string& option : options)
        if (option.rfind("--gpu-architecture=", 0) == 0)
            architecture = "__CUDA_ARCH__=" + option.substr(option.find('_') + 1) + "0";
        else if (option == "--fmad=false") contraction = "-ffp-contract=off";
        else if (option.rfind("--std=", 0) == 0) standard = option.substr(1);
        else
        {
            program.log = "unrecognized option " + option;
            return InvalidOption;
        }
    Folder folder;
    std::string folderOption = std::string("-I") + FOLDER;
    std::ofstream(folder / "kernel.cu") << "# 1 \"" << program.name << "\"\n" << program.source;
    if (!compile({ "-E", "-w", "-x", "c++", "-D__CUDACC_RTC__", "-D" + architecture, folderOption, "-include",
            "device.h", folder / "kernel.cu", "-o", folder / "kernel.ii" }, folder, program.log))
        return Compilation;
    try
    {
        std::ofstream(folder / "kernel.cpp") << translate(contents(folder / "kernel.ii"));
    }
    catch (const TranslationError& error)
    {
        program.log = error.what();
        return Compilation;
    }
    // What the sanitizers find, group.cpp reports.
    if (!compile({ "-w", "-x", "c++-cpp-output", standard,
            contraction, "-O1", "-march=native", "-shared", "-fPIC", "-fvisibility=hidden", "-fno-exceptions",
            "-fno-strict-aliasing", "-fno-math-errno", "-fsanitize=alignment,bounds", folder / "kernel.cpp",
            "-nostdlib", "-lm", "-lc", "-o", folder / "kernel.so" }, folder, program.log))
        return Compilation;
    program.image = contents(folder / "kernel.so");
    size_t shared = ElfImage(program.image.data()).threadBytes();
    if (shared <= MostSharedBytes) return Success;
    program.log = "ptxas error: uses too much shared data (" + std::to_string(shared) + " bytes, "
        + std::to_string(MostSharedBytes) + " max)";
    return Compilation;
}

int put(const std::string& text, char* to) { memcpy(to, text.c_str(), text.size()); return Success; }

}

extern "C" {

int nvrtcVersion(int* major, int* minor) { *major = 0; *minor = VERSION; return Success; }

int nvrtcCreateProgram(Program** program, const char* source, const char* name, int headers, const char**, const char**)
{
    if (headers != 0) return InvalidInput;
    *program = new Program{ source, name ? name : "default_program", "", "" };
    return Success;
}

int nvrtcCompileProgram(Program* program, int count, const char** options)
{
    return program ? compile(*program, { options, options + count }) : InvalidProgram;
}

int nvrtcGetCUBINSize(Program* program, size_t* size) { *size = program->image.size(); return Success; }
int nvrtcGetCUBIN(Program* program, char* to) { return put(program->image, to); }
int nvrtcGetPTXSize(Program* program, size_t* size) { return nvrtcGetCUBINSize(program, size); }
int nvrtcGetPTX(Program* program, char* to) { return put(program->image, to); }
int nvrtcGetProgramLogSize(Program* program, size_t* size) { *size = program->log.size() + 1; return Success; }
int nvrtcGetProgramLog(Program* program, char* to) { to[program->log.size()] = 0; return put(program->log, to); }
int nvrtcDestroyProgram(Program** program) { delete *program; *program = nullptr; return Success; }
int nvrtcGetNumSupportedArchs(int* count) { *count = 1; return Success; }
int nvrtcGetSupportedArchs(int* all) { all[0] = 80; return Success; }
const char* nvrtcGetErrorString(int code)
{
    return code == Compilation ? "NVRTC_ERROR_COMPILATION" : code == InvalidOption ? "NVRTC_ERROR_INVALID_OPTION"
        : "NVRTC_ERROR";
}

}
