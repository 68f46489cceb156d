"""ONNX models of one operator, for OpenCV's dnn."""
import os

import numpy as np
import onnx
from onnx import helper, numpy_helper

folder = os.environ["MODELS"]


def save(name, operator, x, *constants, producer="", opset=13, constant_first=False, **attributes):
    """Writes a model of one operator over an input and constants, and beside it the input: extents, then values."""
    x = np.asarray(x, dtype=np.float32)
    tensors = [numpy_helper.from_array(np.asarray(c), "c%d" % i) for i, c in enumerate(constants)]
    names = ["x"] + [t.name for t in tensors]
    node = helper.make_node(operator, names[::-1] if constant_first else names, ["y"], **attributes)
    given = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape)
    made = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["a", "b"])
    model = helper.make_model(helper.make_graph([node], "g", [given], [made], tensors),
                              opset_imports=[helper.make_opsetid("", opset)], producer_name=producer)
    model.ir_version = 7
    onnx.save(model, "%s/%s.onnx" % (folder, name))
    with open("%s/%s.txt" % (folder, name), "w") as file:
        file.write("%s\n%s\n" % (" ".join(map(str, x.shape)), " ".join("%.9g" % v for v in x.ravel())))


def run():
    """What the cv2 at hand makes of the models, one a line."""
    import cv2
    for name in sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".onnx")):
        extents, values = open("%s/%s.txt" % (folder, name)).read().splitlines()
        net = cv2.dnn.readNetFromONNX("%s/%s.onnx" % (folder, name))
        net.setInput(np.array(values.split(), dtype=np.float32).reshape([int(n) for n in extents.split()]))
        y = net.forward()
        print("%s %s: (%s) %s" % (cv2.__version__, name, ", ".join(map(str, y.shape)),
                                  " ".join("%.4g" % v for v in y.ravel())))
