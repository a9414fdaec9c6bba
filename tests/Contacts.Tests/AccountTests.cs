using ContactPlatform.Contacts.Tests.Exports;
using ContactPlatform.Contacts.Tests.Views;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Tests;

/// <summary>Another account's things look like things that do not exist, in every method that takes an id.</summary>
[Collection(ContactsCollection.Name)]
public sealed class AccountTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Another_accounts_contacts_labels_and_keys_do_not_exist()
    {
        var owner = await fixture.KeyAsync(ContactsHost.Account);
        var stranger = await fixture.KeyAsync(ContactsHost.OtherAccount);
        var label = await owner.LabelAsync("apart");
        var contact = await owner.CreateAsync("apart@example.org", label.LabelId);
        var key = (await owner.Access.CreateApiKeyAsync(new() { DisplayName = "apart", Scopes = { "contacts.read" } })).ApiKey;
        var (c, l) = (contact.ContactId, label.LabelId);
        var f = (await owner.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "apart", Type = V1.CustomFieldType.Text } })).CustomField.CustomFieldId;
        var own = await stranger.LabelAsync("own");
        var mine = await stranger.CreateAsync("own@example.org");

        await stranger.Contacts.GetContactAsync(new() { ContactId = c }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Contacts.GetContactAsync(new() { Email = "apart@example.org" }).ForAsync(ContactsReasons.ContactNotFound);
        (await stranger.Contacts.BatchGetContactsAsync(new() { ContactIds = { c } })).MissingContactIds.ShouldBe([c]);
        (await stranger.Contacts.ListContactsAsync(new())).Contacts.Select(x => x.ContactId).ShouldNotContain(c);
        (await stranger.Contacts.ListContactsAsync(new() { LabelId = l })).Contacts.ShouldBeEmpty();
        await stranger.Contacts.CreateContactAsync(new() { Contact = new() { Email = "x@example.org" }, LabelIds = { l } }).FieldsAsync("label_ids[0]");
        await stranger.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = c, GivenName = "x" }, UpdateMask = FieldMask.FromString("given_name") }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Contacts.SetRecordStateAsync(new() { ContactId = c, RecordState = V1.RecordState.Inactive }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Contacts.DeleteContactAsync(new() { ContactId = c }).ForAsync(ContactsReasons.ContactNotFound);

        await stranger.Labels.GetLabelAsync(new() { LabelId = l }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.GetLabelAsync(new() { DisplayName = "apart" }).ForAsync(ContactsReasons.LabelNotFound);
        (await stranger.Labels.ListLabelsAsync(new())).Labels.Select(x => x.LabelId).ShouldNotContain(l);
        await stranger.Labels.RenameLabelAsync(new() { LabelId = l, DisplayName = "x" }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.MergeLabelsAsync(new() { SourceLabelId = l, TargetLabelId = own.LabelId }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.MergeLabelsAsync(new() { SourceLabelId = own.LabelId, TargetLabelId = l }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.DeleteLabelAsync(new() { LabelId = l }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.AddLabelAsync(new() { LabelId = l, ContactId = mine.ContactId }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.AddLabelAsync(new() { LabelId = own.LabelId, ContactId = c }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Labels.RemoveLabelAsync(new() { LabelId = l, ContactId = c }).ForAsync(ContactsReasons.LabelNotFound);
        await stranger.Labels.RemoveLabelAsync(new() { LabelId = own.LabelId, ContactId = c }).ForAsync(ContactsReasons.ContactNotFound);
        await stranger.Labels.BatchAddLabelAsync(new() { LabelId = l, ContactIds = { mine.ContactId } }).ForAsync(ContactsReasons.LabelNotFound);
        (await stranger.Labels.BatchAddLabelAsync(new() { LabelId = own.LabelId, ContactIds = { c } })).MissingContactIds.ShouldBe([c]);
        await stranger.Labels.BatchRemoveLabelAsync(new() { LabelId = l, ContactIds = { c } }).ForAsync(ContactsReasons.LabelNotFound);
        (await stranger.Labels.BatchRemoveLabelAsync(new() { LabelId = own.LabelId, ContactIds = { c } })).MissingContactIds.ShouldBe([c]);
        await stranger.Labels.StreamLabelMembers(new() { LabelId = l }).ForAsync(ContactsReasons.LabelNotFound);

        await stranger.Fields.GetCustomFieldAsync(new() { CustomFieldId = f }).ForAsync(ContactsReasons.CustomFieldNotFound);
        await stranger.Fields.GetCustomFieldAsync(new() { Key = "apart" }).ForAsync(ContactsReasons.CustomFieldNotFound);
        (await stranger.Fields.ListCustomFieldsAsync(new())).CustomFields.ShouldBeEmpty();
        await stranger.Fields.UpdateCustomFieldAsync(new() { CustomField = new() { CustomFieldId = f, DisplayName = "x" }, UpdateMask = FieldMask.FromString("display_name") }).ForAsync(ContactsReasons.CustomFieldNotFound);
        await stranger.Fields.DeleteCustomFieldAsync(new() { CustomFieldId = f }).ForAsync(ContactsReasons.CustomFieldNotFound);
        await stranger.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = mine.ContactId, CustomFields = { new V1.CustomFieldValue { Key = "apart", TextValue = "x" } } }, UpdateMask = FieldMask.FromString("custom_fields") })
            .FieldsAsync("contact.custom_fields[0].key");

        await stranger.Access.RevokeApiKeyAsync(new() { ApiKeyId = key.ApiKeyId }).ForAsync(ContactsReasons.ApiKeyNotFound);
        (await stranger.Access.ListApiKeysAsync(new())).ApiKeys.Select(k => k.ApiKeyId).ShouldNotContain(key.ApiKeyId);

        var segment = (await owner.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "apart", Filter = "label:apart" } })).Segment;
        var snapshot = (await owner.Segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentId = segment.SegmentId } })).Snapshot;
        await stranger.Segments.GetSegmentAsync(new() { SegmentId = segment.SegmentId }).ForAsync(ContactsReasons.SegmentNotFound);
        await stranger.Segments.GetSegmentAsync(new() { DisplayName = "apart" }).ForAsync(ContactsReasons.SegmentNotFound);
        (await stranger.Segments.ListSegmentsAsync(new())).Segments.ShouldNotContain(segment);
        await stranger.Segments.UpdateSegmentAsync(new() { Segment = new() { SegmentId = segment.SegmentId, Filter = "" }, UpdateMask = FieldMask.FromString("filter") }).ForAsync(ContactsReasons.SegmentNotFound);
        await stranger.Segments.DeleteSegmentAsync(new() { SegmentId = segment.SegmentId }).ForAsync(ContactsReasons.SegmentNotFound);
        await stranger.Segments.CheckFilterAsync(new() { Filter = "label:apart" }).FieldsAsync("filter");
        await stranger.Segments.CheckFilterAsync(new() { Filter = $"label_id:{l}" }).FieldsAsync("filter");
        var list = (await owner.Lists.CreateContactListAsync(new() { DisplayName = "apart" })).ContactList.ContactListId;
        await stranger.Segments.CheckFilterAsync(new() { Filter = "list:apart" }).FieldsAsync("filter");
        await stranger.Segments.CheckFilterAsync(new() { Filter = $"list_id:{list}" }).FieldsAsync("filter");
        foreach (var set in new V1.ContactSet[] { new() { SegmentId = segment.SegmentId }, new() { SegmentSnapshotId = snapshot.SegmentSnapshotId } })
        {
            var reason = set.SegmentId > 0 ? ContactsReasons.SegmentNotFound : ContactsReasons.SegmentSnapshotNotFound;
            await stranger.Segments.CountSegmentAsync(new() { Contacts = set }).ForAsync(reason);
            await stranger.Segments.ListSegmentContactsAsync(new() { Contacts = set }).ForAsync(reason);
            await stranger.Segments.StreamSegmentContactIds(new() { Contacts = set }).ForAsync(reason);
        }
        await stranger.Segments.FreezeSegmentAsync(new() { Contacts = new() { SegmentId = segment.SegmentId } }).ForAsync(ContactsReasons.SegmentNotFound);
        await stranger.Segments.GetSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }).ForAsync(ContactsReasons.SegmentSnapshotNotFound);
        (await stranger.Segments.ListSegmentSnapshotsAsync(new())).Snapshots.ShouldNotContain(snapshot);
        var view = (await owner.Views().CreateViewAsync(new() { View = new() { DisplayName = "apart", SegmentId = segment.SegmentId, Columns = { "email" } } })).View;
        await stranger.Views().GetViewAsync(new() { ViewId = view.ViewId }).ForAsync(ContactsReasons.ViewNotFound);
        await stranger.Views().GetViewAsync(new() { DisplayName = "apart" }).ForAsync(ContactsReasons.ViewNotFound);
        (await stranger.Views().ListViewsAsync(new())).Views.ShouldBeEmpty();
        await stranger.Views().CreateViewAsync(new() { View = new() { DisplayName = "x", SegmentId = segment.SegmentId, Columns = { "email" } } }).ForAsync(ContactsReasons.SegmentNotFound);
        await stranger.Views().CreateViewAsync(new() { View = new() { DisplayName = "x", SegmentId = segment.SegmentId, Columns = { "field.apart" } } }).FieldsAsync("view.columns[0]");
        await stranger.Views().UpdateViewAsync(new() { View = new() { ViewId = view.ViewId, OrderBy = "email" }, UpdateMask = FieldMask.FromString("order_by") }).ForAsync(ContactsReasons.ViewNotFound);
        await stranger.Views().DeleteViewAsync(new() { ViewId = view.ViewId }).ForAsync(ContactsReasons.ViewNotFound);
        await stranger.Views().ListViewRowsAsync(new() { ViewId = view.ViewId }).ForAsync(ContactsReasons.ViewNotFound);
        await stranger.Exports().ExportContacts(new() { ViewId = view.ViewId }).ForAsync(ContactsReasons.ViewNotFound);

        await stranger.Segments.DeleteSegmentSnapshotAsync(new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }).ForAsync(ContactsReasons.SegmentSnapshotNotFound);
        await stranger.Segments.ExplainContactAsync(new() { ContactId = c, Contacts = new() { Filter = "email:*" } }).ForAsync(ContactsReasons.ContactNotFound);
        (await stranger.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = "email = apart@example.org" } })).ContactCount.ShouldBe(0);

        // Names and emails are free in the other account, and nothing of the owner's has changed.
        await stranger.LabelAsync("apart");
        await stranger.CreateAsync("apart@example.org");
        (await owner.GetAsync(c)).ShouldBe(contact);
        (await owner.Labels.GetLabelAsync(new() { LabelId = l })).Label.MemberCount.ShouldBe(1);
    }
}
