using ContactPlatform.Contacts.V1;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.ContactFeed;

[Collection("platform")]
public sealed class ContactFeedTests(PlatformFixture platform)
{
    [Fact]
    public async Task An_inactive_record_is_known_until_it_is_active_again()
    {
        var id = await platform.CreateContactAsync();
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = id, RecordState = RecordState.Inactive }, platform.Headers);
        await UntilAsync(() => platform.AskAsync(db => db.ContactStatuses.AnyAsync(s => s.ContactId == id && s.RecordInactive)));
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = id, RecordState = RecordState.Active }, platform.Headers);
        await UntilAsync(() => platform.AskAsync(db => db.ContactStatuses.AnyAsync(s => s.ContactId == id && !s.RecordInactive)));
    }

    [Fact]
    public async Task A_deleted_contact_is_remembered_as_gone()
    {
        var id = await platform.CreateContactAsync();
        await platform.ContactService.DeleteContactAsync(new() { ContactId = id }, platform.Headers);
        await UntilAsync(() => platform.AskAsync(db => db.ContactStatuses.AnyAsync(s => s.ContactId == id && s.Deleted)));
    }
}
