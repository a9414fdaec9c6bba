using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>A Deliverability that sends nothing, and says what the tests expect.</summary>
internal sealed class ScriptedTransmissions(Script script) : TransmissionService.TransmissionServiceBase
{
    /// <summary>The transmission whose mails the mail server has put off.</summary>
    public const long PutOff = 10;

    private static readonly Transmission Sent = new() { TransmissionId = 9, TotalCount = 2, BouncedCount = 1, Complete = true, StateCounts = { new MessageStateCount { State = MessageState.Sent, Count = 1 }, new MessageStateCount { State = MessageState.Refused, Count = 1 } } };

    public override Task<CreateTransmissionResponse> CreateTransmission(CreateTransmissionRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CreateTransmissionResponse { Transmission = Of(request.Recipients[0].ContactId == 79 ? PutOff : 9) });
    }

    public override async Task WatchTransmission(WatchTransmissionRequest request, IServerStreamWriter<WatchTransmissionResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { Transmission = Of(request.TransmissionId) });
        if (request.TransmissionId == PutOff)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override Task<GetTransmissionResponse> GetTransmission(GetTransmissionRequest request, ServerCallContext context) => Task.FromResult(new GetTransmissionResponse { Transmission = Of(request.TransmissionId) });

    private static Transmission Of(long id) => id == PutOff ? new() { TransmissionId = id, TotalCount = 30, StateCounts = { new MessageStateCount { State = MessageState.Queued, Count = 30 } } } : Sent;
}

/// <summary>What became of its messages.</summary>
internal sealed class ScriptedMessages : MessageService.MessageServiceBase
{
    public override Task<ListMessagesResponse> ListMessages(ListMessagesRequest request, ServerCallContext context) => Task.FromResult(request.TransmissionId == ScriptedTransmissions.PutOff ? new ListMessagesResponse
    {
        Messages = { new Message { Email = "full@example.org", State = MessageState.Queued, AttemptCount = 1, NextAttemptTime = Timestamp.FromDateTime(DateTime.UnixEpoch), SmtpCode = 450, Diagnostic = "4.2.2 full" } },
    } : new ListMessagesResponse
    {
        Messages =
        {
            new Message { Email = "ada@example.org", State = MessageState.Sent, RecipientStatus = RecipientStatus.Bounced, Diagnostic = "[mailbox] full" },
            new Message { Email = "bob@example.org", State = MessageState.Refused, RefusalReason = "UNSUBSCRIBED" },
        },
    });
}

/// <summary>Its suppression list.</summary>
internal sealed class ScriptedSuppressions(Script script) : SuppressionService.SuppressionServiceBase
{
    public override Task<AddSuppressionResponse> AddSuppression(AddSuppressionRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new AddSuppressionResponse { Changed = true, Suppression = new() { Address = request.Address, SuppressTime = Timestamp.FromDateTime(DateTime.UnixEpoch) } });
    }

    public override Task<RemoveSuppressionResponse> RemoveSuppression(RemoveSuppressionRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new RemoveSuppressionResponse());
    }

    public override async Task<UploadSuppressionsResponse> UploadSuppressions(IAsyncStreamReader<UploadSuppressionsRequest> requestStream, ServerCallContext context)
    {
        var count = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            script.Asked = requestStream.Current;
            count += requestStream.Current.Addresses?.Addresses.Count ?? 0;
        }
        return new() { AddedCount = count - 1, RefusedCount = 1, Refusals = { new SuppressionRefusal { Number = 2, Problem = "has no @" } } };
    }

    public override Task<ListSuppressionsResponse> ListSuppressions(ListSuppressionsRequest request, ServerCallContext context) => Task.FromResult(new ListSuppressionsResponse
    {
        Suppressions = { new Suppression { Address = request.PageToken.Length > 0 ? "two@example.org" : "one@example.org", Reason = "[fair]", SuppressTime = Timestamp.FromDateTime(DateTime.UnixEpoch) } },
        NextPageToken = request.PageToken.Length > 0 ? "" : "more",
    });
}
