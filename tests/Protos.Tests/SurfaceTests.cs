using ContactPlatform.LocalTools;
using Google.Protobuf.Reflection;

namespace ContactPlatform.Protos.Tests;

public sealed class SurfaceTests(DescriptorSet contracts) : IClassFixture<DescriptorSet>
{
    /// <summary>One line per rpc, field and enum value, so that a change of the contracts is a visible diff in review.</summary>
    [Fact]
    public async Task The_surface_is_the_approved_one()
    {
        var approved = Path.Combine(NodeTools.Protos, "Surface.approved.txt");
        var received = Path.Combine(RepoRoot.LocalFolder, "Surface.received.txt");
        var text = string.Join('\n', Lines()) + "\n";
        await File.WriteAllTextAsync(received, text);

        text.ShouldBe(await File.ReadAllTextAsync(approved), $"the contracts changed: if that is meant, copy {received} over protos/Surface.approved.txt");
    }

    private IEnumerable<string> Lines() =>
        contracts.Files.SelectMany(f =>
            f.Service.SelectMany(s => s.Method.Select(m => $"rpc {f.Package}.{s.Name}.{m.Name}({Stream(m.ClientStreaming)}{m.InputType[1..]}) returns ({Stream(m.ServerStreaming)}{m.OutputType[1..]})"))
            .Concat(f.MessageType.SelectMany(m => Message($"{f.Package}.{m.Name}", m)))
            .Concat(f.EnumType.SelectMany(e => e.Value.Select(v => $"value {f.Package}.{e.Name}.{v.Name} = {v.Number}")))
            .Concat(f.Extension.Select(e => $"option {f.Package}.{e.Name} = {e.Number}")))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Message(string name, DescriptorProto message) =>
        message.Field.Select(f => $"field {name}.{f.Name} = {f.Number}: {Label(f)}{Type(f)}{(f.HasOneofIndex ? $" in {message.OneofDecl[f.OneofIndex].Name}" : "")}")
            .Concat(message.NestedType.SelectMany(n => Message($"{name}.{n.Name}", n)));

    private static string Stream(bool stream) => stream ? "stream " : "";

    private static string Label(FieldDescriptorProto field) => field.Label == FieldDescriptorProto.Types.Label.Repeated ? "repeated " : "";

    private static string Type(FieldDescriptorProto field) => field.TypeName.Length > 0 ? field.TypeName[1..] : field.Type.ToString().ToLowerInvariant();
}
