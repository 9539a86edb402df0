# SPDX-License-Identifier: Apache-2.0
"""Calls a gRPC server of which it knows nothing but what server reflection tells: a small grpcurl.

    foreign.py TARGET list
    foreign.py TARGET SERVICE/METHOD JSON

gRPC and protobuf are Google's C++ implementations, of Debian's python3-grpcio; no line here and no stub is Thresher's.
Messages are printed as JSON, one a line, and so is an error: {"code": …, "message": …}, with exit status 1.
dev.thresher.daemon.ForeignClientTest is the other half.
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REFLECTION = "grpc.reflection.v1"
DEADLINE_SECONDS = 20


def reflection_messages():
    """What of grpc/reflection/v1/reflection.proto is needed, by its field numbers."""
    text, message, number = (descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
                             descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE,
                             descriptor_pb2.FieldDescriptorProto.TYPE_INT32)
    binary = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
    shapes = {
        "ServerReflectionRequest": [("file_by_filename", 3, text, None), ("file_containing_symbol", 4, text, None),
                                    ("list_services", 7, text, None)],
        "Files": [("+file_descriptor_proto", 1, binary, None)],
        "Service": [("name", 1, text, None)],
        "Services": [("+service", 1, message, "Service")],
        "Error": [("error_code", 1, number, None), ("error_message", 2, text, None)],
        "ServerReflectionResponse": [("file_descriptor_response", 4, message, "Files"),
                                     ("list_services_response", 6, message, "Services"),
                                     ("error_response", 7, message, "Error")],
    }
    proto = descriptor_pb2.FileDescriptorProto(name="reflection.proto", package=REFLECTION, syntax="proto3")
    for name, fields in shapes.items():
        shape = proto.message_type.add(name=name)
        choice = name.startswith("ServerReflection")
        if choice:
            shape.oneof_decl.add(name="choice")
        for field, field_number, kind, type_name in fields:
            repeated = field.startswith("+")
            added = shape.field.add(name=field.lstrip("+"), number=field_number, type=kind, label=3 if repeated else 1)
            if choice:
                added.oneof_index = 0
            if type_name:
                added.type_name = f".{REFLECTION}.{type_name}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    factory = message_factory.MessageFactory(pool)
    return (factory.GetPrototype(pool.FindMessageTypeByName(f"{REFLECTION}.ServerReflectionRequest")),
            factory.GetPrototype(pool.FindMessageTypeByName(f"{REFLECTION}.ServerReflectionResponse")))


class Reflection:
    def __init__(self, channel):
        self.request, response = reflection_messages()
        self.call = channel.stream_stream(f"/{REFLECTION}.ServerReflection/ServerReflectionInfo",
                                          self.request.SerializeToString, response.FromString)
        self.pool = descriptor_pool.DescriptorPool()
        self.known = set()

    def ask(self, **question):
        answer = next(self.call(iter([self.request(**question)]), timeout=DEADLINE_SECONDS))
        if answer.HasField("error_response"):
            sys.exit(f"reflection: {answer.error_response.error_message}")
        return answer

    def services(self):
        return [service.name for service in self.ask(list_services="").list_services_response.service]

    def add(self, answer):
        """Files come after those that they import."""
        for image in answer.file_descriptor_response.file_descriptor_proto:
            proto = descriptor_pb2.FileDescriptorProto.FromString(image)
            if proto.name in self.known:
                continue
            self.known.add(proto.name)
            for imported in proto.dependency:
                if imported not in self.known:
                    self.add(self.ask(file_by_filename=imported))
            self.pool.Add(proto)

    def method(self, service, name):
        self.add(self.ask(file_containing_symbol=service))
        return self.pool.FindServiceByName(service).FindMethodByName(name)


def answers(channel, path, text):
    service, name = path.split("/")
    reflection = Reflection(channel)
    method = reflection.method(service, name)
    factory = message_factory.MessageFactory(reflection.pool)
    request = json_format.Parse(text, factory.GetPrototype(method.input_type)(), descriptor_pool=reflection.pool)
    call = channel.unary_stream(f"/{path}", type(request).SerializeToString,
                                factory.GetPrototype(method.output_type).FromString)
    return [json_format.MessageToDict(answer, descriptor_pool=reflection.pool)
            for answer in call(request, timeout=DEADLINE_SECONDS)]


def main(target, verb, text="{}"):
    with grpc.insecure_channel(target) as channel:
        try:
            if verb == "list":
                print(json.dumps(Reflection(channel).services()))
            else:
                for answer in answers(channel, verb, text):
                    print(json.dumps(answer))
        except grpc.RpcError as error:
            print(json.dumps({"code": error.code().name, "message": error.details()}))
            sys.exit(1)


main(*sys.argv[1:])
