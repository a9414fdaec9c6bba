using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Tests.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Contact = ContactPlatform.Contacts.V1.Contact;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.ImportUndos;

[Collection("imports")]
public sealed class ImportUndoTests(ImportsFixture fixture)
{
    private const string Changed = "CHANGED_SINCE", Gone = "CONTACT_NOT_FOUND";

    private readonly ImportCaller caller = fixture.Caller;
    private readonly UndoCaller undos = new(fixture.Caller);

    [Fact]
    public async Task What_is_as_the_import_left_it_goes_back_and_the_rest_stays_and_is_named()
    {
        var (contacts, headers) = (new ContactService.ContactServiceClient(caller.Host.Service.Channel), await caller.HeadersAsync());
        var (labels, lists, fields) = (new LabelService.LabelServiceClient(caller.Host.Service.Channel), new ContactListService.ContactListServiceClient(caller.Host.Service.Channel), new CustomFieldService.CustomFieldServiceClient(caller.Host.Service.Channel));
        await fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "undo_plan", Type = CustomFieldType.Choice, Choices = { "gold", "silver" } } }, headers);
        await fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "undo_size", Type = CustomFieldType.Number } }, headers);
        const string Header = "email,given_name,family_name,phone,subscribed_time,labels,undo_plan,undo_size,stage\n";
        await caller.ImportAsync(Header + "a@undo.example,Ada,Byron,+628150000001,2026-01-01,undo-old,gold,,\nb@undo.example,Bo,Bee,,,,,,\nc@undo.example,Cy,,,,,,,\nd@undo.example,Di,,,,,,,\ne@undo.example,Ed,,,,,,,\nf@undo.example,Fay,,,,,,,\n", ImportTests.Making);
        var before = await PeopleAsync();

        var rows = "a@undo.example,Eve,,+628150000002,2026-02-02,undo-old;undo-new,silver,7,\nb@undo.example,Bob,Bea,,,,,,\nc@undo.example,Carl,,,,,,,\nd@undo.example,Dirk,,,,,,,\ne@undo.example,Eddy,,,,,,,\nf@undo.example,,,,,undo-new,,,\n"
            + string.Concat(Enumerable.Range(1, 7).Select(i => $"n{i}@undo.example,New,,,,undo-new,,{i},{(i % 2 == 0 ? "AWARE" : "")}\n"));
        var import = await caller.ImportAsync(Header + rows, ImportTests.Making);
        (import.CreatedCount, import.UpdatedCount).ShouldBe((7, 6));
        var after = await PeopleAsync();
        long Id(string name) => after[$"{name}@undo.example"].ContactId;

        await SetAsync("b", new() { GivenName = "Bert" }, "given_name");
        await SetAsync("c", new() { GivenName = "Carla" }, "given_name");
        await contacts.DeleteContactAsync(new() { ContactId = Id("d") }, headers);
        await new ConsentService.ConsentServiceClient(caller.Host.Service.Channel).UnsubscribeContactAsync(new() { ContactId = Id("e") }, headers);
        await SetAsync("n1", new() { Owner = "op:1" }, "owner");
        await labels.AddLabelAsync(new() { ContactId = Id("n2"), LabelId = (await labels.CreateLabelAsync(new() { DisplayName = "undo-since" }, headers)).Label.LabelId }, headers);
        await lists.AddContactListMembersAsync(new() { ContactListId = (await lists.CreateContactListAsync(new() { DisplayName = "undo" }, headers)).ContactList.ContactListId, ContactIds = { Id("n3") } }, headers);
        await contacts.DeleteContactAsync(new() { ContactId = Id("n4") }, headers);
        await using var db = caller.Database();
        // As Funnel's feed tells: moved on since, and still where the import put it.
        db.ContactStages.AddRange(new() { AccountId = 1, ContactId = Id("n5"), Stage = Common.V1.FunnelStage.Customer }, new() { AccountId = 1, ContactId = Id("n6"), Stage = Common.V1.FunnelStage.Aware });
        await db.SaveChangesAsync();

        var undo = await undos.UndoAsync(import.ImportId);
        undo.Run.State.ShouldBe(RunState.Succeeded, undo.Run.Message);
        (undo.DeletedCount, undo.RestoredCount, undo.PartlyRestoredCount, undo.KeptCount, undo.FailedCount).ShouldBe((2, 3, 1, 5, 2));
        (undo.Run.TotalCount, undo.Run.DoneCount, undo.Run.ChangedCount, undo.Run.UnchangedCount).ShouldBe((13, 13, 6, 0));
        undo.Run.SkipCounts.Select(s => (s.Reason, s.Count)).ShouldBe([(Changed, 5L), (Gone, 2L)]);
        (await undos.ResultsAsync(undo.ImportUndoId)).Results.Select(r => (r.ContactId, r.Outcome, r.Reason, string.Join(' ', r.KeptFields))).ShouldBe(new[]
        {
            (Id("b"), ImportUndoOutcome.PartlyRestored, Changed, "given_name"), (Id("c"), ImportUndoOutcome.Kept, Changed, "given_name"), (Id("d"), ImportUndoOutcome.Failed, Gone, ""),
            (Id("n1"), ImportUndoOutcome.Kept, Changed, ""), (Id("n2"), ImportUndoOutcome.Kept, Changed, ""), (Id("n3"), ImportUndoOutcome.Kept, Changed, ""), (Id("n4"), ImportUndoOutcome.Failed, Gone, ""), (Id("n5"), ImportUndoOutcome.Kept, Changed, ""),
        }.OrderBy(r => r.Item1));

        var now = await PeopleAsync();
        now.Keys.Order().ShouldBe(new[] { "a", "b", "c", "e", "f", "n1", "n2", "n3", "n5" }.Select(n => $"{n}@undo.example"));
        foreach (var name in new[] { "a", "f" })
        {
            Plain(now[$"{name}@undo.example"]).ShouldBe(Plain(before[$"{name}@undo.example"]));
        }
        (now["b@undo.example"].GivenName, now["b@undo.example"].FamilyName, now["c@undo.example"].GivenName).ShouldBe(("Bert", "Bee", "Carla"));
        // Nobody is subscribed again by an undoing.
        (now["e@undo.example"].GivenName, now["e@undo.example"].UnsubscribedTime is not null).ShouldBe(("Ed", true));
        var told = await caller.ChangesAsync(undo.ImportUndoId);
        told.SelectMany(c => c.ContactsDeleted?.ContactIds ?? []).Order().ShouldBe(new[] { Id("n6"), Id("n7") }.Order());
        told.SelectMany(c => c.ContactsUpdated?.ContactIds ?? []).Order().ShouldBe(new[] { Id("a"), Id("b"), Id("e") }.Order());
        var events = (await new TimelineService.TimelineServiceClient(caller.Host.Service.Channel).GetTimelineAsync(new() { ContactId = Id("a"), PageSize = 2 }, headers)).Events;
        events.ShouldAllBe(e => e.Cause == TimelineCause.ImportUndo && e.RunId == undo.ImportUndoId);
        events.Single(e => e.Updated is not null).Updated.FieldNames.ShouldBe(["given_name", "phone", "subscribed_time"]);
        events.Single(e => e.Label is not null).Label.Added.ShouldBeFalse();
        (await db.ImportValues.CountAsync(v => v.ImportId == import.ImportId) + await db.ImportChanges.CountAsync(v => v.ImportId == import.ImportId) + await db.ImportCreations.CountAsync(v => v.ImportId == import.ImportId)).ShouldBe(0);

        // What was dealt with is not dealt with again.
        (await undos.UndoAsync(import.ImportId)).Run.TotalCount.ShouldBe(0);
        var page = await undos.Client.ListImportUndosAsync(new() { ImportId = import.ImportId, PageSize = 1 }, headers);
        (await undos.Client.ListImportUndosAsync(new() { ImportId = import.ImportId, PageSize = 1, PageToken = page.NextPageToken }, headers)).ImportUndos.Single().ShouldBe(undo);

        async Task SetAsync(string name, Contact contact, string field)
        {
            contact.ContactId = Id(name);
            await contacts.UpdateContactAsync(new() { Contact = contact, UpdateMask = FieldMask.FromString(field) }, headers);
        }

        async Task<Dictionary<string, Contact>> PeopleAsync()
        {
            await using var context = caller.Database();
            var ids = await context.Contacts.Where(c => c.Email!.EndsWith("@undo.example")).Select(c => c.ContactId).ToListAsync();
            return (await contacts.BatchGetContactsAsync(new() { ContactIds = { ids } }, headers)).Contacts.ToDictionary(c => c.Email);
        }

        static Contact Plain(Contact contact)
        {
            var plain = contact.Clone();
            (plain.Etag, plain.UpdateTime) = ("", null);
            return plain;
        }
    }

    [Fact]
    public async Task A_contact_that_one_import_makes_and_changes_goes_as_one()
    {
        // More rows than fit into one batch: the last change contacts of the first.
        var rows = string.Concat(Enumerable.Range(0, 2100).Select(i => $"m{i}@many.example,A,\n")) + "m0@many.example,B,\nm1@many.example,,undo-late\nm2@many.example,C,\n";
        await caller.ImportAsync("email,given_name\nold@many.example,Old\n");
        var import = await caller.ImportAsync("email,given_name,labels\nold@many.example,Mid,\n" + rows + "old@many.example,New,\n", ImportTests.Making);
        (import.CreatedCount, import.UpdatedCount).ShouldBe((2100, 5));
        await using var db = caller.Database();
        await db.Contacts.Where(c => c.Email == "m2@many.example").ExecuteUpdateAsync(s => s.SetProperty(c => c.Version, c => c.Version + 1));
        var undo = await undos.UndoAsync(import.ImportId);
        (undo.DeletedCount, undo.RestoredCount, undo.KeptCount, undo.Run.TotalCount, undo.Run.DoneCount).ShouldBe((2099, 1, 1, 2101, 2101));
        (await db.Contacts.AsNoTracking().Where(c => c.Email!.EndsWith("@many.example")).OrderBy(c => c.Email).Select(c => c.GivenName).ToListAsync()).ShouldBe(["C", "Old"]);
    }

    [Fact]
    public async Task A_phone_that_may_not_come_back_stays_away()
    {
        var (contacts, headers) = (new ContactService.ContactServiceClient(caller.Host.Service.Channel), await caller.HeadersAsync());
        await caller.ImportAsync("email,phone\nerased@phone.example,+628160000001\nstopped@phone.example,+628160000002\nlost@phone.example,+628160000003\n");
        var import = await caller.ImportAsync("email,phone\nerased@phone.example,+628160000011\nstopped@phone.example,+628160000012\nlost@phone.example,+628160000013\n");
        await using var db = caller.Database();
        var ids = await db.Contacts.Where(c => c.Email!.EndsWith("@phone.example")).ToDictionaryAsync(c => c.Email!, c => c.ContactId);
        // One is erased with somebody else who had it, one unsubscribed, and one is all that is left of its contact's addresses.
        var other = (await contacts.CreateContactAsync(new() { Contact = new() { Phone = "+628160000001" } }, headers)).Contact;
        await new ContactErasureService.ContactErasureServiceClient(caller.Host.Service.Channel).EraseContactAsync(new() { ContactId = other.ContactId }, headers);
        await caller.ImportAsync("phone\n+628160000002\n", new ImportConfig { Mode = ImportMode.Unsubscribe });
        await contacts.UpdateContactAsync(new() { Contact = new() { ContactId = ids["lost@phone.example"] }, UpdateMask = FieldMask.FromString("email") }, headers);

        var undo = await undos.UndoAsync(import.ImportId);
        (undo.RestoredCount, undo.KeptCount).ShouldBe((1, 2));
        (await undos.ResultsAsync(undo.ImportUndoId, ImportUndoOutcome.Kept)).Results.Select(r => (r.ContactId, r.Reason)).ShouldBe(new[] { (ids["erased@phone.example"], "CONTACT_ERASED"), (ids["lost@phone.example"], Changed) }.OrderBy(r => r.Item1));
        var stopped = await db.Contacts.AsNoTracking().SingleAsync(c => c.Email == "stopped@phone.example");
        (stopped.Phone, stopped.UnsubscribedTime is not null).ShouldBe(("+628160000002", true));
        (await caller.ChangesAsync(undo.ImportUndoId)).Single(c => c.ContactsUnsubscribed is not null).ContactsUnsubscribed.ContactIds.ShouldBe([stopped.ContactId]);
    }

    [Fact]
    public async Task What_cannot_be_undone_is_refused()
    {
        var headers = await caller.HeadersAsync();
        var import = await caller.ImportAsync("email\na@refused.example\n");
        await ImportCaller.RefusedAsync(() => undos.QueueAsync(987_654_321), ContactsReasons.ImportNotFound);
        await ImportCaller.RefusedAsync(() => new UndoCaller(fixture.Other).QueueAsync(import.ImportId), ContactsReasons.ImportNotFound);
        await ImportCaller.RefusedAsync(() => undos.QueueAsync(0, ""), CommonReasons.InvalidField);
        var stop = await caller.ImportAsync("email\nstopped@refused.example\n", new ImportConfig { Mode = ImportMode.Unsubscribe });
        (await ImportCaller.RefusedAsync(() => undos.QueueAsync(stop.ImportId), ContactsReasons.ImportNotUndoable)).Message.ShouldContain("ResubscribeContact");
        var dry = await caller.ImportAsync("email\nb@refused.example\n", new ImportConfig { DryRun = true });
        (await ImportCaller.RefusedAsync(() => undos.QueueAsync(dry.ImportId), ContactsReasons.ImportNotUndoable)).Message.ShouldContain("changed nothing");
        var running = await caller.UploadAsync("email\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"r{i}@refused.example\n")));
        await ImportCaller.RefusedAsync(() => undos.QueueAsync(running.ImportId), ContactsReasons.ImportNotEnded);
        await caller.Client.CancelImportAsync(new() { ImportId = running.ImportId }, headers);

        var undo = await undos.QueueAsync(import.ImportId, "undo-refused");
        (await undos.QueueAsync(import.ImportId, "undo-refused")).ImportUndoId.ShouldBe(undo.ImportUndoId);
        await ImportCaller.RefusedAsync(() => undos.QueueAsync(stop.ImportId, "undo-refused"), CommonReasons.RequestIdReused);
        await undos.EndAsync(undo.ImportUndoId);
        foreach (var (who, id) in new[] { (caller, import.ImportId), (fixture.Other, undo.ImportUndoId) })
        {
            var (other, theirs) = (new UndoCaller(who), await who.HeadersAsync());
            await ImportCaller.RefusedAsync(() => other.GetAsync(id), CommonReasons.RunNotFound);
            await ImportCaller.RefusedAsync(() => other.ResultsAsync(id), CommonReasons.RunNotFound);
            await ImportCaller.RefusedAsync(async () => await other.Client.CancelImportUndoAsync(new() { ImportUndoId = id }, theirs), CommonReasons.RunNotFound);
            await ImportCaller.RefusedAsync(() => other.Client.WatchImportUndo(new() { ImportUndoId = id }, theirs).ResponseStream.MoveNext(CancellationToken.None), CommonReasons.RunNotFound);
        }
        await ImportCaller.RefusedAsync(async () => await undos.Client.CancelImportUndoAsync(new() { ImportUndoId = undo.ImportUndoId }, headers), CommonReasons.RunEnded);
        await ImportCaller.RefusedAsync(() => undos.GetAsync(0), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(() => undos.ResultsAsync(0, (ImportUndoOutcome)9), CommonReasons.InvalidField);
        await ImportCaller.RefusedAsync(() => undos.ResultsAsync(undo.ImportUndoId, pageToken: "x"), CommonReasons.PageTokenInvalid);
        await ImportCaller.RefusedAsync(async () => await undos.Client.ListImportUndosAsync(new() { ImportId = -1 }, headers), CommonReasons.InvalidField);
        (await new UndoCaller(fixture.Other).Client.ListImportUndosAsync(new(), await fixture.Other.HeadersAsync())).ImportUndos.ShouldBeEmpty();

        // After its time an import's records are swept, and it is refused.
        var old = await caller.ImportAsync("email\nold@refused.example\n");
        await using var db = caller.Database();
        var ended = DateTime.UnixEpoch.AddYears(40);
        await db.Runs.Where(r => r.RunId == old.ImportId).ExecuteUpdateAsync(s => s.SetProperty(r => r.EndTime, ended));
        await ImportSweeper.SweepAsync(db, ended.AddDays(29), CancellationToken.None);
        (await db.ImportCreations.CountAsync(c => c.ImportId == old.ImportId)).ShouldBe(1);
        (await ImportCaller.RefusedAsync(() => undos.QueueAsync(old.ImportId), ContactsReasons.ImportNotUndoable)).Message.ShouldContain("30 days");
        await ImportSweeper.SweepAsync(db, ended.AddDays(31), CancellationToken.None);
        (await db.ImportCreations.CountAsync(c => c.ImportId == old.ImportId)).ShouldBe(0);
    }

    [Fact]
    public async Task Two_undos_of_one_import_at_once_share_its_contacts()
    {
        var import = await caller.ImportAsync("email,given_name\n" + string.Concat(Enumerable.Range(0, 6000).Select(i => $"t{i}@twice.example,A\n")));
        var changing = await caller.ImportAsync("email,given_name,labels\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"t{i}@twice.example,B,undo-twice\n")), ImportTests.Making);
        foreach (var (id, expected) in new[] { (changing.ImportId, 3000L), (import.ImportId, 6000L) })
        {
            var queued = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => undos.QueueAsync(id)));
            var ended = await Task.WhenAll(queued.Select(q => undos.EndAsync(q.ImportUndoId)));
            ended.ShouldAllBe(e => e.Run.State == RunState.Succeeded && e.Run.DoneCount == e.Run.TotalCount);
            // The contacts that were changed have another update time, so none of those is deleted.
            ended.Sum(e => e.DeletedCount + e.RestoredCount + e.KeptCount).ShouldBe(expected);
        }
        await using var db = caller.Database();
        (await db.Contacts.Where(c => c.Email!.EndsWith("@twice.example")).CountAsync()).ShouldBe(3000);
        (await db.Contacts.Where(c => c.Email!.EndsWith("@twice.example")).AllAsync(c => c.GivenName == "A" && c.Version == 3)).ShouldBeTrue();
    }
}
