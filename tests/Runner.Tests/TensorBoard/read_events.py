"""Reads an event file with Google's protobuf runtime and prints what is in it as JSON.

The messages are described by the numbers and types of TensorFlow's event.proto, summary.proto, graph.proto,
node_def.proto, attr_value.proto and tensor_shape.proto.
"""
import json
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DOUBLE, FLOAT, INT64, INT32, STRING, MESSAGE, BYTES, ENUM_AS_INT = 1, 2, 3, 5, 9, 11, 12, 5
MESSAGES = {
    "HistogramProto": [("min", 1, DOUBLE), ("max", 2, DOUBLE), ("num", 3, DOUBLE), ("sum", 4, DOUBLE),
                       ("sum_squares", 5, DOUBLE), ("bucket_limit", 6, [DOUBLE]), ("bucket", 7, [DOUBLE])],
    "Value": [("tag", 1, STRING), ("simple_value", 2, FLOAT), ("histo", 5, "HistogramProto")],
    "Summary": [("value", 1, ["Value"])],
    "SessionLog": [("status", 1, ENUM_AS_INT)],
    "Dim": [("size", 1, INT64), ("name", 2, STRING)],
    "TensorShapeProto": [("dim", 2, ["Dim"])],
    "ListValue": [("shape", 7, ["TensorShapeProto"])],
    "AttrValue": [("list", 1, "ListValue")],
    "AttrEntry": [("key", 1, STRING), ("value", 2, "AttrValue")],
    "NodeDef": [("name", 1, STRING), ("op", 2, STRING), ("input", 3, [STRING]), ("attr", 5, ["AttrEntry"])],
    "VersionDef": [("producer", 1, INT32)],
    "GraphDef": [("node", 1, ["NodeDef"]), ("versions", 4, "VersionDef")],
    "Event": [("wall_time", 1, DOUBLE), ("step", 2, INT64), ("file_version", 3, STRING), ("graph_def", 4, BYTES),
              ("summary", 5, "Summary"), ("session_log", 7, "SessionLog")],
}


def message_types():
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="events", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            repeated = isinstance(kind, list)
            kind = kind[0] if repeated else kind
            added = message.field.add(name=field, number=number, label=3 if repeated else 1)
            if isinstance(kind, str):
                added.type, added.type_name = MESSAGE, ".events." + kind
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {}
    for name in MESSAGES:
        descriptor = pool.FindMessageTypeByName("events." + name)
        found[name] = (message_factory.GetMessageClass(descriptor) if hasattr(message_factory, "GetMessageClass")
                       else message_factory.MessageFactory(pool).GetPrototype(descriptor))
    return found


def main(path):
    types = message_types()
    with open(path, "rb") as file:
        data = file.read()
    scalars, histograms, nodes, version, at, unknown = [], [], [], None, 0, 0
    while at < len(data):
        length = struct.unpack_from("<Q", data, at)[0]
        record = data[at + 12:at + 12 + length]
        event = types["Event"].FromString(record)
        size = event.ByteSize()
        event.DiscardUnknownFields()
        unknown += event.ByteSize() != size
        at += 16 + length
        version = version or event.file_version
        if event.graph_def:
            nodes = [[node.name, node.op, list(node.input), [d.size for d in node.attr[0].value.list.shape[0].dim]]
                     for node in types["GraphDef"].FromString(event.graph_def).node]
        for value in event.summary.value:
            if value.HasField("histo"):
                histograms.append([value.tag, event.step, value.histo.num, sum(value.histo.bucket)])
            else:
                scalars.append([value.tag, event.step, value.simple_value])
    print(json.dumps({"version": version, "scalars": scalars, "histograms": histograms, "nodes": nodes,
                      "unknown": unknown}))


main(sys.argv[1])
