using System.CommandLine;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>Calls any method of the contracts: with JSON, as the contracts' field names say it.</summary>
internal static class CallCommand
{
    private const string Root = "contactplatform.";

    /// <summary>What stands for standard input.</summary>
    private const string Input = "-";

    private static readonly JsonFormatter.Settings _json = JsonFormatter.Settings.Default.WithIndentation();

    private static readonly Lazy<IReadOnlyList<ServiceDescriptor>> _services = new(() =>
    [
        // Every generated file of the contracts has a class of this name that describes it.
        .. typeof(Contacts.V1.Contact).Assembly.GetExportedTypes().Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor")?.GetValue(null)).OfType<FileDescriptor>().SelectMany(f => f.Services).OrderBy(s => s.FullName, StringComparer.Ordinal),
    ]);

    public static Command Create()
    {
        var name = new Argument<string>("METHOD") { Description = "Such as contacts.v1.LabelService/ListLabels; a service alone names its methods." };
        var body = new Argument<string>("JSON") { Description = "The request, with fields as in the .proto files; {} unless given. With - it is read from standard input, where a method that takes a stream gets one request from each line.", DefaultValueFactory = _ => "{}" };
        var defaults = new Option<bool>("--emit-defaults") { Description = "Print fields also where they are 0, false or empty, which JSON of protobuf leaves out." };
        var command = new Command("call", "Calls any method of the contracts and prints its answers as JSON.") { name, body, defaults };
        command.SetAction(async (result, cancellationToken) =>
        {
            var method = Find(result.GetValue(name)!);
            var requests = Requests(method, result.GetValue(body)!, Console.In);
            var json = new JsonFormatter(_json.WithFormatDefaultValues(result.GetValue(defaults)));
            using var stack = Stack.Find();
            await foreach (var answer in method.IsClientStreaming ? StreamAsync(stack, method, requests, cancellationToken) : AnswersAsync(stack, method, requests.Single(), cancellationToken))
            {
                Console.WriteLine(json.Format(answer));
            }
        });
        return command;
    }

    /// <exception cref="CliException">There is none.</exception>
    private static MethodDescriptor Find(string name)
    {
        var parts = name.Split('/');
        var wanted = parts[0].StartsWith(Root, StringComparison.Ordinal) ? parts[0] : Root + parts[0];
        var service = _services.Value.FirstOrDefault(s => s.FullName == wanted)
            ?? throw new CliException($"There is no service {parts[0]}. There are:\n{string.Join('\n', _services.Value.Select(s => $"  {s.FullName[Root.Length..]}"))}");
        return service.Methods.FirstOrDefault(m => parts.Length == 2 && m.Name == parts[1])
            ?? throw new CliException($"Say which method of {parts[0]}:\n{string.Join('\n', service.Methods.Select(m => $"  {m.Name}"))}");
    }

    /// <summary>The requests, as they are asked for: of a stream no more than one is in memory.</summary>
    /// <exception cref="CliException">One is no such message.</exception>
    private static IEnumerable<IMessage> Requests(MethodDescriptor method, string body, TextReader input)
    {
        if (body != Input || !method.IsClientStreaming)
        {
            yield return Read(method, body == Input ? input.ReadToEnd() : body);
            yield break;
        }

        for (var number = 1; input.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Read(method, line, $"Line {number}");
            }
        }
    }

    /// <exception cref="CliException">It is no such message.</exception>
    private static IMessage Read(MethodDescriptor method, string json, string what = "That")
    {
        try
        {
            return JsonParser.Default.Parse(json, method.InputType);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new CliException($"{what} is no {method.InputType.Name}: {e.Message}\nIts fields: {string.Join(", ", method.InputType.Fields.InFieldNumberOrder().Select(f => f.JsonName))}{Values(e.Message)}");
        }
    }

    /// <summary>The names that an enum has, where a message says that one is none of them.</summary>
    private static string Values(string message)
    {
        var type = message.Split("for enum type: ") is [_, var name] ? name.Trim() : null;
        var found = type is null ? null : _services.Value.SelectMany(s => s.File.Dependencies.Append(s.File)).SelectMany(f => f.EnumTypes).FirstOrDefault(e => e.FullName == type);
        return found is null ? "" : $"\n{found.Name} is one of: {string.Join(", ", found.Values.Where(v => v.Number != 0).Select(v => v.Name))}";
    }

    private static async IAsyncEnumerable<IMessage> StreamAsync(Stack stack, MethodDescriptor method, IEnumerable<IMessage> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (invoker, rpc, options) = Open(stack, method, MethodType.ClientStreaming, cancellationToken);
        using var call = invoker.AsyncClientStreamingCall(rpc, null, options);
        try
        {
            foreach (var request in requests)
            {
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The service ended the call early; its answer says why.
        }

        yield return await call;
    }

    private static async IAsyncEnumerable<IMessage> AnswersAsync(Stack stack, MethodDescriptor method, IMessage request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (invoker, rpc, options) = Open(stack, method, method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, cancellationToken);
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

    private static (CallInvoker Invoker, Method<IMessage, IMessage> Rpc, CallOptions Options) Open(Stack stack, MethodDescriptor method, MethodType type, CancellationToken cancellationToken) => (
        stack.Of(method.Service.FullName.Split('.')[1]).CreateCallInvoker(),
        new(type, method.Service.FullName, method.Name,
            Marshallers.Create<IMessage>(m => m.ToByteArray(), bytes => method.InputType.Parser.ParseFrom(bytes)),
            Marshallers.Create<IMessage>(m => m.ToByteArray(), bytes => method.OutputType.Parser.ParseFrom(bytes))),
        new(cancellationToken: cancellationToken));
}
