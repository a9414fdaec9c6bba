using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>Webhooks and validations that say what the tests expect.</summary>
internal static class ScriptedWebhooks
{
    public static void Map(WebApplication application)
    {
        application.MapGrpcService<Webhooks>();
        application.MapGrpcService<Deliveries>();
        application.MapGrpcService<Validations>();
        application.MapGrpcService<Credits>();
    }

    private sealed class Webhooks(Script script) : WebhookService.WebhookServiceBase
    {
        public override Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new CreateWebhookResponse { Webhook = new(request.Webhook) { WebhookId = 4 }, Secret = "whsec_x" });
        }

        public override Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context) =>
            Task.FromResult(new ListWebhooksResponse { Webhooks = { new Webhook { WebhookId = 4, DisplayName = "[mine]", Url = "https://example.org/", Disabled = true, DisabledReason = "gone" } } });

        public override Task<GetWebhookResponse> GetWebhook(GetWebhookRequest request, ServerCallContext context) =>
            Task.FromResult(new GetWebhookResponse { Webhook = new() { WebhookId = request.WebhookId, Disabled = request.WebhookId != 4 } });

        public override Task<UpdateWebhookResponse> UpdateWebhook(UpdateWebhookRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new UpdateWebhookResponse { Webhook = request.Webhook });
        }
    }

    private sealed class Deliveries(Script script) : WebhookDeliveryService.WebhookDeliveryServiceBase
    {
        public override Task<ListWebhookDeliveriesResponse> ListWebhookDeliveries(ListWebhookDeliveriesRequest request, ServerCallContext context) => Task.FromResult(new ListWebhookDeliveriesResponse
        {
            WebhookDeliveries =
            {
                new WebhookDelivery { WebhookDeliveryId = 10, EventType = WebhookEventType.MessageFailed, ContactId = 78, State = WebhookDeliveryState.Waiting, AttemptCount = 1, ResponseCode = 503, CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch), NextAttemptTime = Timestamp.FromDateTime(DateTime.UnixEpoch) },
                new WebhookDelivery { WebhookDeliveryId = 9, EventType = WebhookEventType.MessageFailed, ContactId = 77, State = WebhookDeliveryState.Dead, AttemptCount = 11, LastResult = WebhookAttemptResult.TimedOut, CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch) },
            },
        });

        public override Task<ReplayWebhookDeliveriesResponse> ReplayWebhookDeliveries(ReplayWebhookDeliveriesRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new ReplayWebhookDeliveriesResponse { ReplayedCount = request.WebhookId == 6 ? 0 : 2 });
        }
    }

    private sealed class Validations(Script script) : AddressValidationService.AddressValidationServiceBase
    {
        public override async Task<UploadAddressValidationResponse> UploadAddressValidation(IAsyncStreamReader<UploadAddressValidationRequest> requestStream, ServerCallContext context)
        {
            await foreach (var part in requestStream.ReadAllAsync(context.CancellationToken))
            {
                script.Asked = part;
            }

            return new() { AddressValidation = new() { AddressValidationId = 8, Run = new Run { State = RunState.Queued, TotalCount = 2 } } };
        }

        public override Task WatchAddressValidation(WatchAddressValidationRequest request, IServerStreamWriter<WatchAddressValidationResponse> responseStream, ServerCallContext context) => responseStream.WriteAsync(new()
        {
            AddressValidation = new() { AddressValidationId = 8, Run = new Run { State = RunState.Succeeded, TotalCount = 2, DoneCount = 2 }, VerdictCounts = { new AddressVerdictCount { Verdict = AddressVerdict.Risky, Count = 2 } } },
        }, context.CancellationToken);

        public override Task DownloadAddressResults(DownloadAddressResultsRequest request, IServerStreamWriter<DownloadAddressResultsResponse> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8("number\n1\n") }, context.CancellationToken);
    }

    private sealed class Credits(Script script) : ValidationCreditService.ValidationCreditServiceBase
    {
        public override Task<GrantValidationCreditsResponse> GrantValidationCredits(GrantValidationCreditsRequest request, ServerCallContext context)
        {
            script.Asked = request;
            return Task.FromResult(new GrantValidationCreditsResponse { ValidationCredits = new() { AvailableCount = request.CreditCount, GrantedCount = request.CreditCount } });
        }
    }
}
