using System.Globalization;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Erasures;

[Collection(KilledCollection.Name)]
public sealed class ErasureKilledTests(KilledFixture fixture)
{
    /// <summary>Killed while it waits in the middle, an erasure has not happened, and happens when it is asked for again.</summary>
    [Fact]
    public async Task A_killed_erasure_has_happened_wholly_or_not_at_all()
    {
        var host = fixture.Host;
        var (contacts, erasures, headers) = (new V1.ContactService.ContactServiceClient(host.Service.Channel), new V1.ContactErasureService.ContactErasureServiceClient(host.Service.Channel), await host.HeadersAsync(ContactsHost.Account, CancellationToken.None));
        var label = (await new V1.LabelService.LabelServiceClient(host.Service.Channel).CreateLabelAsync(new() { DisplayName = "erased" }, headers)).Label;
        var contact = (await contacts.CreateContactAsync(new() { Contact = new() { Email = "ada@example.org" }, LabelIds = { label.LabelId } }, headers)).Contact;
        await using var holder = await host.Database.OpenAsync(CancellationToken.None);
        // The last thing that an erasure touches before it commits.
        await ExecuteAsync($"BEGIN; SELECT 1 FROM label_members WHERE label_id = {label.LabelId} FOR UPDATE");
        var erasing = erasures.EraseContactAsync(new() { ContactId = contact.ContactId }, headers).ResponseAsync;
        while (!Equals(await ExecuteAsync($"SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"), true))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        await host.Service.Process.KillAsync(CancellationToken.None);
        await Should.ThrowAsync<RpcException>(() => erasing);
        await ExecuteAsync($"ROLLBACK");
        await host.Service.StartAgainAsync(CancellationToken.None);
        (await contacts.GetContactAsync(new() { ContactId = contact.ContactId }, headers)).Contact.ShouldBe(contact);
        (await ExecuteAsync($"SELECT COUNT(*) FROM tombstones WHERE contact_id = {contact.ContactId}")).ShouldBe(0L);
        await erasures.EraseContactAsync(new() { ContactId = contact.ContactId }, headers);
        (await ExecuteAsync($"SELECT COUNT(*) FROM tombstones WHERE contact_id = {contact.ContactId}")).ShouldBe(1L);

        async Task<object?> ExecuteAsync(FormattableString sql)
        {
            await using var command = holder.CreateCommand();
            command.CommandText = sql.ToString(CultureInfo.InvariantCulture);
            return await command.ExecuteScalarAsync();
        }
    }
}
