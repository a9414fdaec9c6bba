using System.CommandLine;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>Calls any method of the contracts that is asked once: with JSON, as the contracts' field names say it.</summary>
internal static class CallCommand
{
    private const string Root = "contactplatform.";

    private static readonly JsonFormatter _json = new(JsonFormatter.Settings.Default.WithIndentation());

    private static readonly Lazy<IReadOnlyList<ServiceDescriptor>> _services = new(() =>
    [
        // Every generated file of the contracts has a class of this name that describes it.
        .. typeof(Contacts.V1.Contact).Assembly.GetExportedTypes().Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor")?.GetValue(null)).OfType<FileDescriptor>().SelectMany(f => f.Services).OrderBy(s => s.FullName, StringComparer.Ordinal),
    ]);

    public static Command Create()
    {
        var name = new Argument<string>("METHOD") { Description = "Such as contacts.v1.LabelService/ListLabels; a service alone names its methods." };
        var body = new Argument<string>("JSON") { Description = "The request, with fields as in the .proto files; {} unless given.", DefaultValueFactory = _ => "{}" };
        var command = new Command("call", "Calls any method of the contracts and prints its answers as JSON.") { name, body };
        command.SetAction(async (result, cancellationToken) =>
        {
            var method = Find(result.GetValue(name)!);
            var request = Read(method, result.GetValue(body)!);
            using var stack = Stack.Find();
            await foreach (var answer in AnswersAsync(stack, method, request, cancellationToken))
            {
                Console.WriteLine(_json.Format(answer));
            }
        });
        return command;
    }

    /// <exception cref="CliException">There is none, or it takes a stream.</exception>
    private static MethodDescriptor Find(string name)
    {
        var parts = name.Split('/');
        var wanted = parts[0].StartsWith(Root, StringComparison.Ordinal) ? parts[0] : Root + parts[0];
        var service = _services.Value.FirstOrDefault(s => s.FullName == wanted)
            ?? throw new CliException($"There is no service {parts[0]}. There are:\n{string.Join('\n', _services.Value.Select(s => $"  {s.FullName[Root.Length..]}"))}");
        var method = service.Methods.FirstOrDefault(m => parts.Length == 2 && m.Name == parts[1])
            ?? throw new CliException($"Say which method of {parts[0]}:\n{string.Join('\n', service.Methods.Select(m => $"  {m.Name}"))}");
        return method.IsClientStreaming ? throw new CliException($"{name} takes a stream of requests, which a line cannot hold: see the commands for files, such as import and validate.") : method;
    }

    /// <exception cref="CliException">It is no such message.</exception>
    private static IMessage Read(MethodDescriptor method, string json)
    {
        try
        {
            return JsonParser.Default.Parse(json, method.InputType);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new CliException($"That is no {method.InputType.Name}: {e.Message}\nIts fields: {string.Join(", ", method.InputType.Fields.InFieldNumberOrder().Select(f => f.JsonName))}{Values(e.Message)}");
        }
    }

    /// <summary>The names that an enum has, where a message says that one is none of them.</summary>
    private static string Values(string message)
    {
        var type = message.Split("for enum type: ") is [_, var name] ? name.Trim() : null;
        var found = type is null ? null : _services.Value.SelectMany(s => s.File.Dependencies.Append(s.File)).SelectMany(f => f.EnumTypes).FirstOrDefault(e => e.FullName == type);
        return found is null ? "" : $"\n{found.Name} is one of: {string.Join(", ", found.Values.Where(v => v.Number != 0).Select(v => v.Name))}";
    }

    private static async IAsyncEnumerable<IMessage> AnswersAsync(Stack stack, MethodDescriptor method, IMessage request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rpc = new Method<IMessage, IMessage>(method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, method.Service.FullName, method.Name,
            Marshallers.Create<IMessage>(m => m.ToByteArray(), bytes => method.InputType.Parser.ParseFrom(bytes)),
            Marshallers.Create<IMessage>(m => m.ToByteArray(), bytes => method.OutputType.Parser.ParseFrom(bytes)));
        var invoker = stack.Of(method.Service.FullName.Split('.')[1]).CreateCallInvoker();
        var options = new CallOptions(cancellationToken: cancellationToken);
        if (!method.IsServerStreaming)
        {
            yield return await invoker.AsyncUnaryCall(rpc, null, options, request);
            yield break;
        }

        using var call = invoker.AsyncServerStreamingCall(rpc, null, options, request);
        await foreach (var answer in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            yield return answer;
        }
    }
}
