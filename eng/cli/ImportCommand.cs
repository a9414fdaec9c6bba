using System.CommandLine;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class ImportCommand
{
    private const int MessageBytes = 256 * 1024;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV file with a header line." };
        var mode = ChoiceOption.Create<ImportMode>("--mode", "What rows do: create contacts, update those that are there, upsert (both; the default), or unsubscribe their addresses.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only checks and counts." };
        var labels = new Option<string[]>("--label") { Description = "A label for every imported contact; made when it does not exist. May be repeated." };
        var stage = new Option<string?>("--stage") { Description = "Funnel stage for contacts whose row names none." };
        var encoding = ChoiceOption.Create<ImportEncoding>("--encoding", "UTF-8 or what a byte order mark says, unless given.");
        var delimiter = new Option<string>("--delimiter") { Description = "Between fields: , ; | or a tab.", DefaultValueFactory = _ => "" };
        var separator = new Option<string>("--label-separator") { Description = "Between labels within a field, such as | or a comma; a semicolon unless given.", DefaultValueFactory = _ => "" };
        var errors = ImportRunCommand.Errors();
        var map = new Option<string[]>("--map") { Description = "HEADER=TARGET: a field such as email or given_name, labels, stage, field.KEY of a custom field, or ignore. May be repeated; columns that are not named are ignored then." };
        var suggested = new Option<bool>("--suggested") { Description = "Takes the mapping that `import suggest` shows, but for what --map says." };
        file.AcceptExistingOnly();
        var command = new Command("import", "Imports contacts from a CSV file and shows how far it is.") { file, mode, dryRun, labels, stage, encoding, delimiter, separator, errors, map, suggested, MappingCommand.Create(), ImportUndoCommand.Create(), ImportRunCommand.List(), ImportRunCommand.Watch(), ImportRunCommand.Cancel() };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var path = result.GetValue(file)!;
            var config = new ImportConfig
            {
                DisplayName = path.Name,
                Mode = result.GetValue(mode) is var given and not ImportMode.Unspecified ? given : ImportMode.Upsert,
                DryRun = result.GetValue(dryRun),
                CreateMissingLabels = true,
                Encoding = result.GetValue(encoding),
                Delimiter = result.GetValue(delimiter)!,
                LabelSeparator = result.GetValue(separator)!,
            };
            config.Columns.AddRange(Mapping.Read(result.GetValue(map) ?? []));
            if (result.GetValue(suggested))
            {
                var suggestion = await Mapping.SuggestAsync(stack, path, result.GetValue(delimiter)!, config.Encoding, cancellationToken);
                config.Delimiter = suggestion.Delimiter;
                config.Columns.AddRange(Mapping.Usable(suggestion, config.Columns).Where(c => config.Mode != ImportMode.Unsubscribe || c.Field is ImportField.Email or ImportField.Phone));
            }

            if (result.GetValue(stage) is { } stageText)
            {
                config.Stage = Words.ReadStage(stageText);
            }

            foreach (var label in result.GetValue(labels) ?? [])
            {
                config.LabelIds.Add(await LabelLookup.FindOrCreateAsync(stack, label, cancellationToken));
            }

            var import = await RunAsync(stack, path, config, cancellationToken);
            return await ImportRunCommand.WriteResultAsync(stack, import, result.GetValue(errors), cancellationToken);
        });
        return command;
    }

    private static Task<Import> RunAsync(Stack stack, FileInfo file, ImportConfig config, CancellationToken cancellationToken) =>
        RunView.NewProgress().StartAsync(async progress =>
        {
            var upload = progress.AddTask("Uploading", maxValue: Math.Max(1, file.Length));
            var import = await UploadAsync(stack, file, config, upload, cancellationToken);
            upload.Value = upload.MaxValue;

            return await ImportRunCommand.FollowAsync(stack, import, progress, cancellationToken);
        });

    private static async Task<Import> UploadAsync(Stack stack, FileInfo file, ImportConfig config, ProgressTask task, CancellationToken cancellationToken)
    {
        using var call = stack.Imports.UploadImport(cancellationToken: cancellationToken);
        var start = new UploadImportStart { Config = config, RequestId = RequestIds.New() };
        var answer = call.ResponseAsync;
        try
        {
            await using var input = file.OpenRead();
            var buffer = new byte[MessageBytes];
            var more = await WriteAsync(new() { Start = start });
            while (more && await input.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                more = await WriteAsync(new() { Data = ByteString.CopyFrom(buffer, 0, read) });
                task.Increment(read);
            }

            await (more ? call.RequestStream.CompleteAsync() : Task.CompletedTask);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The service refused before it had read everything; the call's own answer says why.
        }

        return (await answer).Import;

        // False when the answer is there already: nobody may be reading any more, and a write could wait for ever.
        async Task<bool> WriteAsync(UploadImportRequest message)
        {
            var write = call.RequestStream.WriteAsync(message, cancellationToken);
            await Task.WhenAny(write, answer);
            if (answer.IsCompleted)
            {
                return false;
            }
            await write;
            return true;
        }
    }
}
