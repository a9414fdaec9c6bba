using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ContactPlatform.Protos.Tests;

/// <summary>The contracts as descriptors with their comments, built by buf.</summary>
public sealed class DescriptorSet : IAsyncLifetime
{
    /// <summary>Our files only, by name.</summary>
    public IReadOnlyList<FileDescriptorProto> Files { get; private set; } = [];

    public async Task InitializeAsync()
    {
        using var folder = new TestFolder();
        var image = Path.Combine(folder.Path, "image.binpb");
        var (code, output) = await NodeTools.BufAsync(NodeTools.Protos, "build", "-o", image);
        code.ShouldBe(0, output);
        var registry = new ExtensionRegistry { Common.V1.ReviewExtensions.ReviewNeeded, Common.V1.ReviewExtensions.FieldReviewNeeded };
        Files = [.. FileDescriptorSet.Parser.WithExtensionRegistry(registry).ParseFrom(await File.ReadAllBytesAsync(image)).File
            .Where(f => f.Package.StartsWith("contactplatform.", StringComparison.Ordinal)).OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Every method with its comment.</summary>
    public IEnumerable<(string Package, string Service, MethodDescriptorProto Method, string Comment)> Methods() =>
        from file in Files
        from s in file.Service.Index()
        from m in s.Item.Method.Index()
        select (file.Package, s.Item.Name, m.Item, Comment(file, 6, s.Index, 2, m.Index));

    /// <summary>Every field, nested messages included.</summary>
    public IEnumerable<(string Message, FieldDescriptorProto Field)> Fields() =>
        Files.SelectMany(f => f.MessageType.SelectMany(m => All($"{f.Package}.{m.Name}", m)));

    private static IEnumerable<(string, FieldDescriptorProto)> All(string name, DescriptorProto message) =>
        message.Field.Select(f => (name, f)).Concat(message.NestedType.SelectMany(n => All($"{name}.{n.Name}", n)));

    /// <summary>The comment above the element at a path of the file (descriptor.proto, SourceCodeInfo.Location.path).</summary>
    private static string Comment(FileDescriptorProto file, params int[] path) =>
        file.SourceCodeInfo.Location.FirstOrDefault(l => l.Path.SequenceEqual(path))?.LeadingComments ?? "";
}
