using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Tests.Labels;

/// <summary>A Contacts whose lock server is away from the start: bulk work waits, everything else goes on.</summary>
[Collection(BareCollection.Name)]
public sealed class LocksAwayTests(BareFixture fixture)
{
    [Fact]
    public async Task Bulk_changes_are_refused_and_single_ones_are_not()
    {
        var (service, headers) = (fixture.Host.Service, fixture.Headers);
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
