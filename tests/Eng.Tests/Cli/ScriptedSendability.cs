using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>A send gate that says what the tests expect.</summary>
internal sealed class ScriptedSendability(Script script) : SendabilityService.SendabilityServiceBase
{
    public override Task<CheckSendableResponse> CheckSendable(CheckSendableRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(new CheckSendableResponse
        {
            Checks = { new SendCheck { ContactId = 77, Sendable = true, Status = DeliverabilityStatus.Active }, new SendCheck { Address = "ada@example.org", Status = DeliverabilityStatus.MailboxFull, Block = SendBlock.MailboxFull } },
            MissingContactIds = { 78 },
        });
    }

    public override Task<ExplainSendabilityResponse> ExplainSendability(ExplainSendabilityRequest request, ServerCallContext context)
    {
        script.Asked = request;
        return Task.FromResult(request.RecipientCase == ExplainSendabilityRequest.RecipientOneofCase.ContactId
            ? new ExplainSendabilityResponse { ContactId = request.ContactId, Address = "bob@example.org", Sendable = true, Status = DeliverabilityStatus.Active }
            : new ExplainSendabilityResponse
            {
                Address = request.Address,
                Status = DeliverabilityStatus.UnsubscribedByUs,
                Blocks =
                {
                    new BlockExplanation
                    {
                        Block = SendBlock.Suppressed, Fact = FactKind.Suppressed, FactTime = Timestamp.FromDateTime(DateTime.UnixEpoch), Remedy = "RemoveSuppression",
                        Evidence = { new Evidence { Source = EvidenceSource.Suppression, Detail = "[fair]" } },
                    },
                },
            });
    }
}
