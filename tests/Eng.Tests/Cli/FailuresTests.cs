using ContactPlatform.Cli;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.Eng.Tests.Cli;

public sealed class FailuresTests
{
    [Fact]
    public void A_refusal_is_told_with_its_reason_its_facts_and_every_field()
    {
        var request = new BadRequest();
        request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = "contact.email", Description = "has no domain" });
        request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = "contact.phone", Description = "has 3 digits" });
        var info = new ErrorInfo { Type = "INVALID_FIELD", Domain = "contacts.contactplatform", Metadata = { ["allowed"] = "local@domain" } };
        var failure = Failure(StatusCode.InvalidArgument, "2 fields are malformed", info, request);
        Failures.Describe(failure).ShouldBe(
        [
            "2 fields are malformed",
            "Reason: INVALID_FIELD (contacts.contactplatform)",
            "  allowed: local@domain",
            "  contact.email: has no domain",
            "  contact.phone: has 3 digits",
        ]);
        Failures.Passes(failure).ShouldBeFalse();
    }

    [Fact]
    public void What_passes_by_itself_says_when_to_try_again()
    {
        var failure = Failure(StatusCode.Unavailable, "the label is locked", new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(2.5)) });
        Failures.Describe(failure).ShouldBe(["the label is locked", "This passes by itself: try again in 2.5 s."]);
        Failures.Passes(failure).ShouldBeTrue();
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, true, "does not answer")]
    [InlineData(StatusCode.Internal, true, "Internal: cut")]
    [InlineData(StatusCode.PermissionDenied, false, "PermissionDenied: cut")]
    public void A_failure_without_details_is_told_by_its_code(StatusCode code, bool passes, string said)
    {
        var failure = new RpcException(new Grpc.Core.Status(code, "cut"));
        Failures.Describe(failure).ShouldContain(line => line.Contains(said, StringComparison.Ordinal));
        Failures.Passes(failure).ShouldBe(passes);
    }

    [Theory]
    [InlineData("Error connecting to subchannel.", "Error connecting to subchannel.")]
    [InlineData("Error starting gRPC call. HttpRequestException: Connection refused (127.0.0.1:1) SocketException: Connection refused", "Connection refused")]
    [InlineData("Error starting gRPC call. HttpRequestException: An error occurred. IOException: Connection reset by peer ObjectDisposedException: Cannot access a disposed object.\nObject name: 'x'.", "Connection reset by peer")]
    [InlineData("Error starting gRPC call. ObjectDisposedException: Cannot access a disposed object.\nObject name: 'x'.", "Cannot access a disposed object.")]
    public void A_service_that_is_away_is_told_with_its_cause(string detail, string cause) =>
        Failures.Describe(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, detail)))
            .ShouldBe(["The service does not answer: is the stack still running (`./dev run`)?", cause]);

    [Fact]
    public void Details_that_cannot_be_read_leave_the_plain_status()
    {
        var failure = new RpcException(new Grpc.Core.Status(StatusCode.Internal, "cut"), new Metadata { { "grpc-status-details-bin", [255, 255] } });
        Failures.Describe(failure).ShouldBe(["Internal: cut"]);
    }

    private static RpcException Failure(StatusCode code, string message, params IMessage[] details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        status.Details.AddRange(details.Select(Any.Pack));
        return new RpcException(new Grpc.Core.Status(code, message), new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
    }
}
