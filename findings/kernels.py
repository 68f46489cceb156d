"""What an OpenCL expression gives for some x, on the first device of the first platform."""
import numpy as np
import pyopencl as cl

context = cl.Context(cl.get_platforms()[0].get_devices()[:1])
queue = cl.CommandQueue(context)


def values(expression, x, options=()):
    """The values of an expression of float x, one for each number."""
    source = """kernel void k(global float* y, global const float* p)
        { int i = get_global_id(0); float x = p[i]; y[i] = %s; }"""
    program = cl.Program(context, source % expression).build(list(options))
    x = np.array(x, dtype=np.float32)
    y = np.empty_like(x)
    flags = cl.mem_flags
    given = cl.Buffer(context, flags.READ_ONLY | flags.COPY_HOST_PTR, hostbuf=x)
    result = cl.Buffer(context, flags.WRITE_ONLY, y.nbytes)
    program.k(queue, x.shape, None, result, given)
    cl.enqueue_copy(queue, y, result)
    return y


def show(name, expression, x, options=()):
    """One line: a name, the expression, its values."""
    print(name, *options, expression, *("%.9g" % value for value in values(expression, x, options)))
