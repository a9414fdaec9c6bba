using ContactPlatform.Testing;

namespace ContactPlatform.Contacts.Tests.Timelines;

// Not beside the tests that take all connections: it starts a service of its own.
[Collection(ContactsCollection.Name)]
public sealed class FunnelAwayTests
{
    [Fact]
    public async Task While_Funnel_does_not_answer_a_timeline_is_told_and_says_so()
    {
        await using var host = await ContactsHost.StartAsync(CancellationToken.None, gate: false, followsFunnel: true);
        var headers = await host.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        var contact = (await new V1.ContactService.ContactServiceClient(host.Service.Channel).CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" } }, headers)).Contact;
        var reply = await new V1.TimelineService.TimelineServiceClient(host.Service.Channel).GetTimelineAsync(new() { ContactId = contact.ContactId }, headers);
        reply.FunnelAway.ShouldBeTrue();
        reply.Events.ShouldHaveSingleItem().EventCase.ShouldBe(V1.TimelineEvent.EventOneofCase.Created);
    }
}
