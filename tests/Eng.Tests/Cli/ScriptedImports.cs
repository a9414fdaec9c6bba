using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>The other end of the contracts about imports, mappings, undoing of imports, and consent.</summary>
internal static class ScriptedImports
{
    public static void Map(WebApplication application)
    {
        application.MapGrpcService<Imports>();
        application.MapGrpcService<Mappings>();
        application.MapGrpcService<Undos>();
        application.MapGrpcService<Consent>();
    }

    private sealed class Mappings : ImportMappingService.ImportMappingServiceBase
    {
        public override Task<SuggestImportMappingResponse> SuggestImportMapping(SuggestImportMappingRequest request, ServerCallContext context) => Task.FromResult(new SuggestImportMappingResponse
        {
            Delimiter = ";",
            SampleCount = 1,
            Columns =
            {
                Column("Contact", ImportField.Email, "", "1 of 1 values are emails"), Column("Tarif", ImportField.Custom, "plan", "the header names it"),
                Column("Name", ImportField.GivenName, "", "the header names it"), Column("Note", ImportField.Ignore, "", "nobody knows"), Column("", ImportField.Ignore, "", "no header"),
            },
        });

        private static SuggestedColumn Column(string header, ImportField field, string key, string why) =>
            new() { Column = new() { Header = header, Field = field, CustomFieldKey = key }, Confidence = SuggestionConfidence.Medium, Explanation = why };
    }

    private sealed class Undos(Script script) : ImportUndoService.ImportUndoServiceBase
    {
        private static readonly ImportUndo _undo = new()
        {
            ImportUndoId = 12, ImportId = 9, DeletedCount = 1_200, RestoredCount = 3, PartlyRestoredCount = 1, KeptCount = 2, FailedCount = 1,
            Run = new() { State = RunState.Succeeded, TotalCount = 1_207, DoneCount = 1_207 },
        };

        public override Task<UndoImportResponse> UndoImport(UndoImportRequest request, ServerCallContext context)
        {
            script.Asked = new UndoImportRequest { ImportId = request.ImportId };
            return Task.FromResult(new UndoImportResponse { ImportUndo = new() { ImportUndoId = 12, Run = new() { State = RunState.Queued } } });
        }

        public override Task WatchImportUndo(WatchImportUndoRequest request, IServerStreamWriter<WatchImportUndoResponse> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new() { ImportUndo = _undo }, context.CancellationToken);

        public override Task<ListImportUndoResultsResponse> ListImportUndoResults(ListImportUndoResultsRequest request, ServerCallContext context) => Task.FromResult(new ListImportUndoResultsResponse
        {
            Results = { new ImportUndoResult { ContactId = 41, Outcome = ImportUndoOutcome.PartlyRestored, Reason = "CHANGED_SINCE", KeptFields = { "given_name", "custom_fields.plan" } } },
            NextPageToken = "more",
        });
    }

    private sealed class Consent(Script script) : ConsentService.ConsentServiceBase
    {
        public override Task<UnsubscribeContactResponse> UnsubscribeContact(UnsubscribeContactRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new UnsubscribeContactResponse { ChangeToken = "t", OtherCount = 2 });
        }

        public override Task<ResubscribeContactResponse> ResubscribeContact(ResubscribeContactRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new ResubscribeContactResponse());
        }
    }

    private sealed class Imports(Script script) : ImportService.ImportServiceBase
    {
        public override async Task<UploadImportResponse> UploadImport(IAsyncStreamReader<UploadImportRequest> requestStream, ServerCallContext context)
        {
            await foreach (var part in requestStream.ReadAllAsync(context.CancellationToken))
            {
                if (script.UploadRefusal is { } refusal)
                {
                    throw new RpcException(new Grpc.Core.Status(StatusCode.InvalidArgument, refusal.Message), new Metadata { { "grpc-status-details-bin", refusal.ToByteArray() } });
                }

                script.Uploaded.AddRange(part.Data);
                script.Config = part.Start?.Config ?? script.Config;
            }

            return new UploadImportResponse { Import = new Import { ImportId = 9, ByteCount = script.Uploaded.Count, Run = new Run { State = RunState.Queued } } };
        }

        public override Task<GetImportResponse> GetImport(GetImportRequest request, ServerCallContext context) =>
            Task.FromResult(new GetImportResponse { Import = new() { ImportId = request.ImportId, Config = new(), Run = new() { State = RunState.Running } } });

        public override Task<ListImportsResponse> ListImports(ListImportsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListImportsResponse { Imports = { new Import { ImportId = 9, Config = new() { DisplayName = "[fair].csv" }, RefusedCount = 1_009, Run = new() { State = RunState.Running } } } });

        public override Task<CancelImportResponse> CancelImport(CancelImportRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new CancelImportResponse { Import = new() { ImportId = request.ImportId, Config = new(), Run = new() { State = RunState.Cancelled } } });
        }

        public override Task WatchImport(WatchImportRequest request, IServerStreamWriter<WatchImportResponse> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new() { Import = script.Import }, context.CancellationToken);

        public override Task DownloadImportErrors(DownloadImportErrorsRequest request, IServerStreamWriter<DownloadImportErrorsResponse> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8("line,reason\n3,INVALID_FIELD\n") }, context.CancellationToken);
    }
}
