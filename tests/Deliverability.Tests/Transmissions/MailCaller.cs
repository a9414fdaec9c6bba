using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using Grpc.Core;

namespace ContactPlatform.Deliverability.Tests.Transmissions;

/// <summary>Sends mails, and looks at what became of them.</summary>
internal sealed class MailCaller(PlatformFixture platform)
{
    private static int requests;

    /// <summary>A transmission that sends a line of text.</summary>
    public static CreateTransmissionRequest Request(params Recipient[] to) => new()
    {
        Transmission = new() { FromEmail = "shop@example.org" }, Content = new() { Subject = "Hello", Text = "A line." }, Recipients = { to }, RequestId = $"send {Interlocked.Increment(ref requests)}",
    };

    /// <summary>A transmission to addresses.</summary>
    public static CreateTransmissionRequest Request(params string[] to) => Request([.. to.Select(email => new Recipient { Email = email })]);

    /// <summary>Queues a transmission.</summary>
    public async Task<Transmission> QueueAsync(CreateTransmissionRequest request, Metadata? headers = null) =>
        (await platform.Transmissions.CreateTransmissionAsync(request, headers ?? platform.Headers)).Transmission;

    /// <summary>Queues one and follows it to its end.</summary>
    public async Task<(Transmission Transmission, List<Message> Messages)> SendAsync(CreateTransmissionRequest request)
    {
        var queued = await QueueAsync(request);
        using var watch = platform.Transmissions.WatchTransmission(new() { TransmissionId = queued.TransmissionId }, platform.Headers);
        var last = queued;
        while (await watch.ResponseStream.MoveNext(default))
        {
            last = watch.ResponseStream.Current.Transmission;
        }
        last.Complete.ShouldBeTrue();
        return (last, await MessagesAsync(queued.TransmissionId));
    }

    /// <summary>The messages of a transmission.</summary>
    public async Task<List<Message>> MessagesAsync(long transmissionId, MessageState state = MessageState.Unspecified) =>
        [.. (await platform.Messages.ListMessagesAsync(new() { TransmissionId = transmissionId, State = state, PageSize = 1000 }, platform.Headers)).Messages];

    /// <summary>Reads one message.</summary>
    public async Task<Message> MessageAsync(long messageId) => (await platform.Messages.GetMessageAsync(new() { MessageId = messageId }, platform.Headers)).Message;

    /// <summary>The mails that came for an address.</summary>
    public List<SinkMail> Mails(string to) => [.. platform.Deliverability.Mail.Mails.Where(m => m.To.Contains(to))];

    /// <summary>Says how the mail server behaves until the answer is disposed.</summary>
    public IDisposable Server(Func<SinkStep, string, SinkAnswer?> answer)
    {
        platform.Deliverability.Mail.Behaviour.Answer = answer;
        return new AsUsual(platform.Deliverability.Mail.Behaviour);
    }

    private sealed class AsUsual(SinkBehaviour behaviour) : IDisposable
    {
        public void Dispose() => behaviour.Answer = (_, _) => null;
    }
}
