using System.Text;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Grpc.Core;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Exports;

/// <summary>Imports and exports as one account does.</summary>
public static class ExportCaller
{
    public static ContactSet Everybody => new() { Filter = "" };

    public static ExportService.ExportServiceClient Exports(this Account account) => new(account.Invoker);

    /// <summary>Imports a file, of which no row may be refused.</summary>
    public static async Task ImportAsync(this Account account, string file)
    {
        var imports = new ImportService.ImportServiceClient(account.Invoker);
        using var call = imports.UploadImport();
        await call.RequestStream.WriteAsync(new() { Start = new() { Config = new() { CreateMissingLabels = true } } });
        foreach (var part in Encoding.UTF8.GetBytes(file).Chunk(100_000))
        {
            await call.RequestStream.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(part) });
        }
        await call.RequestStream.CompleteAsync();
        var import = (await call).Import;
        using var watch = imports.WatchImport(new() { ImportId = import.ImportId });
        await foreach (var message in watch.ResponseStream.ReadAllAsync())
        {
            import = message.Import;
        }
        (import.Run.State, import.RefusedCount).ShouldBe((RunState.Succeeded, 0), import.ToString());
    }

    /// <summary>Exports, and reads the file to its end.</summary>
    public static async Task<string> ExportAsync(this Account account, ExportContactsRequest request) =>
        string.Concat((await account.PartsAsync(request)).Select(p => p.Data.ToStringUtf8()));

    /// <summary>Exports, and reads the messages to their end.</summary>
    public static async Task<IReadOnlyList<ExportContactsResponse>> PartsAsync(this Account account, ExportContactsRequest request)
    {
        var parts = new List<ExportContactsResponse>();
        using var call = account.Exports().ExportContacts(request);
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            part.Data.Length.ShouldBeLessThan(256 << 10);
            parts.Add(part);
        }
        parts.Select(p => p.Complete).ShouldBe([.. Enumerable.Repeat(false, parts.Count - 1), true]);
        return parts;
    }
}
