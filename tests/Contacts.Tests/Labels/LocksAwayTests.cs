using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Labels;

/// <summary>A Contacts whose lock server is away from the start: bulk work waits, everything else goes on.</summary>
public sealed class LocksAwayTests
{
    [Fact]
    public async Task Bulk_changes_are_refused_and_single_ones_are_not()
    {
        var database = await TestServers.CreateDatabaseAsync("contacts_nolocks", CancellationToken.None);
        await using var service = await ServiceHost.StartAsync("Contacts", new Dictionary<string, string?>
        {
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__contacts"] = database.ConnectionString,
            ["ConnectionStrings__redis"] = $"127.0.0.1:{FreePort.Next()}",
            ["Access__ServiceKey"] = ContactsHost.ServiceKey,
        }, CancellationToken.None, gate: false);
        var reply = await new V1.AccessService.AccessServiceClient(service.Channel).ExchangeServiceKeyAsync(new() { ServiceKey = ContactsHost.ServiceKey, Service = "tests", AccountId = 5 });
        var headers = new Metadata { { "authorization", $"Bearer {reply.AccessToken}" } };
        var labels = new V1.LabelService.LabelServiceClient(service.Channel);
        var contacts = new V1.ContactService.ContactServiceClient(service.Channel);
        var label = (await labels.CreateLabelAsync(new() { DisplayName = "x" }, headers)).Label;
        var other = (await labels.CreateLabelAsync(new() { DisplayName = "y" }, headers)).Label;
        var contact = (await contacts.CreateContactAsync(new() { Contact = new() { Email = "a@example.org" } }, headers)).Contact;
        (await labels.AddLabelAsync(new() { LabelId = label.LabelId, ContactId = contact.ContactId }, headers)).Changed.ShouldBeTrue();
        (await labels.RemoveLabelAsync(new() { LabelId = label.LabelId, ContactId = contact.ContactId }, headers)).Changed.ShouldBeTrue();
        await labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { contact.ContactId } }, headers).ForAsync(CommonReasons.LocksUnavailable);
        await labels.BatchRemoveLabelAsync(new() { LabelId = label.LabelId, ContactIds = { contact.ContactId } }, headers).ForAsync(CommonReasons.LocksUnavailable);
        await labels.DeleteLabelAsync(new() { LabelId = label.LabelId }, headers).ForAsync(CommonReasons.LocksUnavailable);
        await labels.MergeLabelsAsync(new() { SourceLabelId = label.LabelId, TargetLabelId = other.LabelId }, headers).ForAsync(CommonReasons.LocksUnavailable);
    }
}
