using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.LeadScores;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.Tests.Engine;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Sequences.Tests;

/// <summary>Contacts and Sequences as processes, the clients of both, and Sequences' database, which tells what no call tells.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private WebApplication _stores = null!;
    private int _names;
    private Task<DeliverabilityHost>? _deliverability;
    private Task<EngineBed>? _engine;

    public ContactsHost Contacts { get; private set; } = null!;

    public SequencesHost Sequences { get; private set; } = null!;

    /// <summary>Headers of the account that tests use.</summary>
    public Metadata Headers { get; private set; } = null!;

    /// <summary>Headers of another account.</summary>
    public Metadata OtherHeaders { get; private set; } = null!;

    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    public SequenceService.SequenceServiceClient Sequencing => new(Sequences.Service.Channel);

    public EnrollmentService.EnrollmentServiceClient Enrolling => new(Sequences.Service.Channel);

    public StatusMatrixService.StatusMatrixServiceClient Statuses => new(Sequences.Service.Channel);

    public async Task InitializeAsync()
    {
        Contacts = await ContactsHost.StartAsync(CancellationToken.None, followsDeliverability: true, followsSequences: true);
        // Beside each other: who looks for another that is not there yet looks less and less often.
        _deliverability = DeliverabilityHost.StartAsync(Contacts, 1, CancellationToken.None);
        Sequences = await SequencesHost.StartAsync(Contacts, 1, CancellationToken.None, settings: new Dictionary<string, string?> { ["Engine__Lanes"] = "0" });
        await _deliverability;
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        OtherHeaders = await Contacts.HeadersAsync(ContactsHost.OtherAccount, CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = Sequences.Database.Provider;
        builder.Configuration["ConnectionStrings:sequences"] = Sequences.Database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Redis:KeyPrefix"] = Contacts.RedisKeyPrefix;
        builder.AddServiceDefaults("sequences", SequencesScopes.Table);
        builder.AddPlatformDatabase<SequencesDbContext, SqlServerSequencesDbContext>("sequences");
        builder.Logging.ClearProviders();
        builder.Services.AddScoped<ContactStatusStore>().AddScoped<TaskStore>().AddScoped<EnrollmentStore>().AddScoped<EnrollmentWork>().AddScoped<SequenceStore>().AddScoped<MailWork>().AddScoped<EngagementEntries>().AddScoped<LeadScoreAwardStore>()
            .AddScoped<CurrentChain>().AddScoped<AutomationFiringStore>();
        _stores = builder.Build();
    }

    /// <summary>A second Sequences, whose engine runs; started by whoever asks first.</summary>
    public Task<EngineBed> EngineAsync() => _engine ??= EngineBed.StartAsync(this);

    public async Task DisposeAsync()
    {
        if (_engine is not null)
        {
            await (await _engine).DisposeAsync();
        }
        await _stores.DisposeAsync();
        if (_deliverability is not null)
        {
            await (await _deliverability).DisposeAsync();
        }
        await Sequences.DisposeAsync();
        await Contacts.DisposeAsync();
    }

    /// <summary>The Deliverability that Sequences follows, and that follows it.</summary>
    public Task<DeliverabilityHost> DeliverabilityAsync() => _deliverability!;

    /// <summary>The time, UTC, in whole microseconds.</summary>
    public static DateTime Now => TimeProvider.System.Now();

    /// <summary>A name that no other test uses.</summary>
    public string NewName() => $"name {Interlocked.Increment(ref _names)}";

    /// <summary>Creates a contact with an email of its own.</summary>
    public async Task<long> CreateContactAsync(Action<Contact>? with = null)
    {
        var contact = new Contact { Email = $"person{Interlocked.Increment(ref _names)}@example.com", GivenName = "Ada" };
        with?.Invoke(contact);
        return (await ContactService.CreateContactAsync(new() { Contact = contact }, Headers)).Contact.ContactId;
    }

    /// <summary>Creates a sequence, a mail, a call and another mail unless another is given, and activates it.</summary>
    public async Task<Sequence> CreateSequenceAsync(bool activate = true, Sequence? sequence = null)
    {
        var made = (await Sequencing.CreateSequenceAsync(new() { Sequence = sequence ?? ContactPlatform.Sequences.Tests.Sequences.Made.Sequence(NewName()) }, Headers)).Sequence;
        return activate ? (await Sequencing.ActivateSequenceAsync(new() { SequenceId = made.SequenceId }, Headers)).Sequence : made;
    }

    /// <summary>Enrols contacts.</summary>
    public async Task<EnrollContactsResponse> EnrollAsync(long sequenceId, params long[] contactIds) =>
        await Enrolling.EnrollContactsAsync(new() { SequenceId = sequenceId, ContactIds = { contactIds }, RequestId = NewName() }, Headers);

    /// <summary>Enrols a new contact, and returns it with its enrolment.</summary>
    public async Task<(long ContactId, long EnrollmentId)> EnrolledAsync(long sequenceId, Action<Contact>? with = null)
    {
        var contact = await CreateContactAsync(with);
        return (contact, (await EnrollAsync(sequenceId, contact)).Results.Single().EnrollmentId);
    }

    /// <summary>Enrols a contact in a new sequence.</summary>
    public async Task EnrolledInAsync(long contactId) => (await EnrollAsync((await CreateSequenceAsync()).SequenceId, contactId)).Results.Single().EnrollmentId.ShouldBePositive();

    /// <summary>The enrolments of a contact that have not ended.</summary>
    public async Task<List<Enrollment>> EnrollmentsAsync(long contactId) => [.. (await Enrolling.ListEnrollmentsAsync(new() { ContactId = contactId }, Headers)).Enrollments];

    /// <summary>Takes a contact out of all sequences.</summary>
    public async Task LeaveAllAsync(long contactId)
    {
        foreach (var enrollment in await EnrollmentsAsync(contactId))
        {
            await Enrolling.UnenrollContactsAsync(new() { SequenceId = enrollment.SequenceId, ContactIds = { contactId } }, Headers);
        }
    }

    /// <summary>Has a mail of an enrolment's sequence be delivered, as the engine will tell it: with its history.</summary>
    public async Task ContactedAsync(long enrollmentId)
    {
        await using var scope = _stores.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = ContactsHost.Account;
        var (db, work) = (scope.ServiceProvider.GetRequiredService<SequencesDbContext>(), scope.ServiceProvider.GetRequiredService<EnrollmentWork>());
        var contact = await db.Enrollments.Where(e => e.EnrollmentId == enrollmentId).Select(e => e.ContactId).SingleAsync();
        await using var transaction = await db.BeginBulkAsync(default);
        var held = await work.LockAsync([contact], [], default);
        var row = held.Enrollments.Single(e => e.EnrollmentId == enrollmentId);
        var to = row.After(row.Standing with { Flags = row.Flags | EnrollmentFlags.Contacted }, Now, null);
        await work.SaveAsync(held, [new(row, to, EnrollmentChangeCause.Api)], [], new(new() { Kind = ActorKind.Service, Subject = "service:test" }, to.ChangeTime), default);
        await transaction.CommitAsync();
    }

    /// <summary>Lets Sequences apply what Deliverability told.</summary>
    public async Task ApplyAsync(IReadOnlyList<Deliverability.V1.StreamChangesResponse> changes)
    {
        await using var scope = _stores.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = ContactsHost.Account;
        await using var transaction = await scope.ServiceProvider.GetRequiredService<SequencesDbContext>().BeginBulkAsync(default);
        await scope.ServiceProvider.GetRequiredService<MailWork>().ApplyAsync(changes, default);
        await transaction.CommitAsync();
    }

    /// <summary>How an enrolment stands.</summary>
    public async Task<Enrollment> EnrollmentAsync(long enrollmentId) => (await Enrolling.GetEnrollmentAsync(new() { EnrollmentId = enrollmentId }, Headers)).Enrollment;

    /// <summary>A history, oldest first; asserts that it has no gap and that each entry begins where the one before ends.</summary>
    public async Task<List<EnrollmentChange>> HistoryAsync(long enrollmentId)
    {
        var changes = (await Enrolling.ListEnrollmentChangesAsync(new() { EnrollmentId = enrollmentId, PageSize = 1000 }, Headers)).EnrollmentChanges.Reverse().ToList();
        changes.Select(c => c.Version).ShouldBe(Enumerable.Range(1, changes.Count).Select(v => (long)v));
        changes.Skip(1).Select(c => c.From).ShouldBe(changes.SkipLast(1).Select(c => c.To));
        var now = await EnrollmentAsync(enrollmentId);
        (now.Version, now.Standing).ShouldBe((changes.Count, changes[^1].To));
        return changes;
    }

    /// <summary>Asks the database.</summary>
    public async Task<T> AskAsync<T>(Func<SequencesDbContext, Task<T>> question, long account = ContactsHost.Account)
    {
        await using var scope = _stores.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return await question(scope.ServiceProvider.GetRequiredService<SequencesDbContext>());
    }
}

/// <summary>Shares the processes among the tests that call them.</summary>
[CollectionDefinition("platform")]
public sealed class PlatformTests : ICollectionFixture<PlatformFixture>;
