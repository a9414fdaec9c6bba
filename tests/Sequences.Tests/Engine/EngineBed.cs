using System.Globalization;
using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tests.Engine;

/// <summary>A Sequences whose engine runs, on a clock on which a day takes a second, and the Deliverability that it sends by.</summary>
public sealed class EngineBed(PlatformFixture platform) : IAsyncDisposable
{
    private const int Speed = 86_400;

    public DeliverabilityHost Deliverability { get; private set; } = null!;

    public SequencesHost Host { get; private set; } = null!;

    public SequenceService.SequenceServiceClient Sequencing => new(Host.Service.Channel);

    public EnrollmentService.EnrollmentServiceClient Enrolling => new(Host.Service.Channel);

    public StatusMatrixService.StatusMatrixServiceClient Statuses => new(Host.Service.Channel);

    public TaskService.TaskServiceClient Tasks => new(Host.Service.Channel);

    public Metadata Headers => platform.Headers;

    public static async Task<EngineBed> StartAsync(PlatformFixture platform)
    {
        var bed = new EngineBed(platform) { Deliverability = await DeliverabilityHost.StartAsync(platform.Contacts, 1, default, gate: false, followed: false) };
        bed.Host = await SequencesHost.StartAsync(platform.Contacts, 1, default, settings: new Dictionary<string, string?>
        {
            ["services__deliverability__grpc__0"] = bed.Deliverability.Service.Grpc.ToString(),
            // Two of one name would take turns at following Contacts.
            ["Redis__KeyPrefix"] = $"{platform.Contacts.RedisKeyPrefix}engine:",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Clock__Beginning"] = PlatformFixture.Now.ToString("O", CultureInfo.InvariantCulture),
            ["Clock__Speed"] = Speed.ToString(CultureInfo.InvariantCulture),
            ["Sequences__CheckSeconds"] = "2",
        }, followed: false);
        return bed;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Deliverability.DisposeAsync();
    }

    /// <summary>Creates a sequence and activates it.</summary>
    public async Task<Sequence> CreateAsync(bool activate, Action<Sequence>? with, params Step[] steps)
    {
        var sequence = Made.Sequence(platform.NewName(), steps);
        with?.Invoke(sequence);
        var made = (await Sequencing.CreateSequenceAsync(new() { Sequence = sequence }, Headers)).Sequence;
        made = (await Sequencing.ActivateSequenceAsync(new() { SequenceId = made.SequenceId }, Headers)).Sequence;
        return activate ? made : (await Sequencing.PauseSequenceAsync(new() { SequenceId = made.SequenceId }, Headers)).Sequence;
    }

    /// <summary>Enrols contacts.</summary>
    public async Task<List<long>> EnrollAsync(long sequenceId, params long[] contactIds) =>
        [.. (await Enrolling.EnrollContactsAsync(new() { SequenceId = sequenceId, ContactIds = { contactIds }, RequestId = platform.NewName() }, Headers)).Results.OrderBy(r => Array.IndexOf(contactIds, r.ContactId)).Select(r => r.EnrollmentId)];

    public async Task<Enrollment> GetAsync(long enrollmentId) => (await Enrolling.GetEnrollmentAsync(new() { EnrollmentId = enrollmentId }, Headers)).Enrollment;

    /// <summary>Waits until enrolments have a main status.</summary>
    public async Task UntilAsync(EnrollmentStatus status, params IEnumerable<long> enrollmentIds)
    {
        foreach (var id in enrollmentIds)
        {
            await CallChecks.UntilAsync(async () => (await GetAsync(id)).Standing.Status == status);
        }
    }

    /// <summary>The task that an enrolment waits for.</summary>
    public async Task<SequenceTask> TaskAsync(long sequenceId, long enrollmentId)
    {
        SequenceTask? found = null;
        await CallChecks.UntilAsync(async () => (found = (await Tasks.ListTasksAsync(new() { SequenceId = sequenceId, State = TaskState.Open }, Headers)).Tasks.SingleOrDefault(t => t.EnrollmentId == enrollmentId)) is not null);
        return found!;
    }

    /// <summary>Mails that came for a contact, oldest first.</summary>
    public async Task<List<string>> MailsAsync(long contactId)
    {
        var email = (await platform.ContactService.GetContactAsync(new() { ContactId = contactId }, Headers)).Contact.Email;
        return [.. Deliverability.Mail.Mails.Where(m => m.To.Contains(email)).Select(m => m.Content)];
    }

    /// <summary>Why an enrolment changed, oldest first; what becomes of its mails comes whenever Deliverability has told it.</summary>
    public async Task<List<EnrollmentChangeCause>> CausesAsync(long enrollmentId) =>
        [.. (await Enrolling.ListEnrollmentChangesAsync(new() { EnrollmentId = enrollmentId }, Headers)).EnrollmentChanges.Reverse().Select(c => c.Cause).Where(c => c != EnrollmentChangeCause.Mail)];

    public async Task<ContactStatus> ContactAsync(long contactId) => (await Enrolling.GetContactStatusAsync(new() { ContactId = contactId }, Headers)).ContactStatus;

    /// <summary>Asks the database.</summary>
    public async Task<T> AskAsync<T>(Func<SequencesDbContext, Task<T>> question)
    {
        await using var db = new SequencesDbContext(new DbContextOptionsBuilder<SequencesDbContext>().UseNpgsql(Host.Database.ConnectionString).Options, new CurrentAccount { Id = ContactsHost.Account });
        return await question(db);
    }
}
