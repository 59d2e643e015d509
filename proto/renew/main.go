package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

const target = "../envoy.binpb.gz"

// Files that only define options we strip. validate.proto stays: our encoder reads the rules with it.
var unused = []string{
	"envoy/annotations/", "udpa/annotations/", "xds/annotations/", "google/api/annotations.proto",
	"google/api/http.proto", "google/api/client.proto", "google/api/field_behavior.proto", "google/api/launch_stage.proto",
	"google/protobuf/go_features.proto", "grpc/",
}

// Options we keep besides the standard ones: PGV rules (1071 and 1072 on messages, oneofs and fields),
// envoy.annotations.disallowed_by_default on fields, and udpa.annotations.sensitive.
var keptOptions = []protowire.Number{1071, 1072, 189503207, 76569463}

func main() {
	set := &descriptorpb.FileDescriptorSet{}
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if keep(file.Path()) {
			set.File = append(set.File, strip(protodesc.ToFileDescriptorProto(file)))
		}
		return true
	})
	set.File = inDependencyOrder(set.File)
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	check(err)
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	check(err)
	_, err = writer.Write(raw)
	check(err)
	check(writer.Close())
	check(os.WriteFile(target, packed.Bytes(), 0o644))
	fmt.Printf("%s: %d files, %d bytes, %d unpacked\n", target, len(set.File), packed.Len(), len(raw))
}

func keep(path string) bool {
	return !slices.ContainsFunc(unused, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

func strip(file *descriptorpb.FileDescriptorProto) *descriptorpb.FileDescriptorProto {
	file.SourceCodeInfo = nil
	file.Options = nil
	var imports []string
	for _, path := range file.Dependency {
		if keep(path) {
			imports = append(imports, path)
		}
	}
	file.Dependency, file.PublicDependency, file.WeakDependency = imports, nil, nil
	for _, message := range file.MessageType {
		stripMessage(message)
	}
	for _, enum := range file.EnumType {
		stripEnum(enum)
	}
	for _, service := range file.Service {
		service.Options = nil
		for _, method := range service.Method {
			method.Options = nil
		}
	}
	return file
}

func stripMessage(message *descriptorpb.DescriptorProto) {
	message.ReservedName, message.ReservedRange = nil, nil
	stripOptions(message.Options, func() { message.Options = nil })
	for _, field := range message.Field {
		if field.GetJsonName() != jsonName(field.GetName()) {
			check(fmt.Errorf("%s.%s has a JSON name of its own, %s", message.GetName(), field.GetName(), field.GetJsonName()))
		}
		field.JsonName = nil
		if field.Options != nil {
			field.Options.Ctype, field.Options.Jstype, field.Options.Lazy = nil, nil, nil
		}
		stripOptions(field.Options, func() { field.Options = nil })
	}
	for _, oneof := range message.OneofDecl {
		stripOptions(oneof.Options, func() { oneof.Options = nil })
	}
	for _, enum := range message.EnumType {
		stripEnum(enum)
	}
	for _, nested := range message.NestedType {
		stripMessage(nested)
	}
}

func jsonName(name string) string {
	words := strings.Split(name, "_")
	for index := 1; index < len(words); index++ {
		if words[index] != "" {
			words[index] = strings.ToUpper(words[index][:1]) + words[index][1:]
		}
	}
	return strings.Join(words, "")
}

func stripEnum(enum *descriptorpb.EnumDescriptorProto) {
	enum.ReservedName, enum.ReservedRange = nil, nil
	enum.Options = nil
	for _, value := range enum.Value {
		stripOptions(value.Options, func() { value.Options = nil })
	}
}

// stripOptions removes every extension but the kept ones, and calls drop when nothing is left.
func stripOptions(options proto.Message, drop func()) {
	reflected := options.ProtoReflect()
	if !reflected.IsValid() {
		return
	}
	reflected.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if field.IsExtension() && !slices.Contains(keptOptions, field.Number()) {
			reflected.Clear(field)
		}
		return true
	})
	var kept []byte
	for unknown := reflected.GetUnknown(); len(unknown) > 0; {
		number, _, size := protowire.ConsumeField(unknown)
		if slices.Contains(keptOptions, number) {
			kept = append(kept, unknown[:size]...)
		}
		unknown = unknown[size:]
	}
	reflected.SetUnknown(kept)
	if proto.Size(options) == 0 {
		drop()
	}
}

// inDependencyOrder sorts by path, imported files first, so that the same version gives the same bytes.
func inDependencyOrder(files []*descriptorpb.FileDescriptorProto) []*descriptorpb.FileDescriptorProto {
	byPath := map[string]*descriptorpb.FileDescriptorProto{}
	for _, file := range files {
		byPath[file.GetName()] = file
	}
	sort.Slice(files, func(a, b int) bool { return files[a].GetName() < files[b].GetName() })
	var ordered []*descriptorpb.FileDescriptorProto
	done := map[string]bool{}
	var visit func(file *descriptorpb.FileDescriptorProto)
	visit = func(file *descriptorpb.FileDescriptorProto) {
		if done[file.GetName()] {
			return
		}
		done[file.GetName()] = true
		for _, path := range file.Dependency {
			visit(byPath[path])
		}
		ordered = append(ordered, file)
	}
	for _, file := range files {
		visit(file)
	}
	return ordered
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
