using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>Enrols contacts.</summary>
public sealed class EnrollContacts(SequencesDbContext db, ContactReader contacts, EnrollmentWork work, IdSequence ids)
{
    /// <summary>Asks Contacts for contacts: before the transaction, since nothing in it may wait for anything but the database.</summary>
    public ValueTask<Dictionary<long, Contact>> FindAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken) => contacts.GetAsync(contactIds, cancellationToken);

    /// <summary>Enrols contacts within the open transaction.</summary>
    /// <param name="sequence">The sequence, open to new contacts.</param>
    /// <param name="contactIds">Ascending, each once, at most 1,000.</param>
    /// <param name="found">Those that Contacts has.</param>
    /// <param name="act">Who and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each.</returns>
    public async Task<EnrollContactsResponse> EnrollAsync(SequenceContent sequence, long[] contactIds, Dictionary<long, Contact> found, Act act, CancellationToken cancellationToken)
    {
        var enrollmentIds = await ids.TakeAsync(contactIds.Length, cancellationToken);
        var held = await work.LockAsync(contactIds, [.. found.Keys.Order()], cancellationToken);
        var reply = new EnrollContactsResponse();
        var moves = new List<EnrollmentMove>();
        foreach (var (i, contactId) in contactIds.Index())
        {
            var contact = found.GetValueOrDefault(contactId);
            var present = held.In(sequence.Row.SequenceId, contactId);
            var result = new EnrollResult { ContactId = contactId, EnrollmentId = present?.EnrollmentId ?? 0 };
            reply.Results.Add(result);
            if (EnrollmentDecisions.Enroll(contactId, contact, held.Contacts[contactId], present) is { } refusal)
            {
                result.Reason = refusal.Reason.Name;
                continue;
            }
            var missing = sequence.Missing(0, contact!);
            var row = New(sequence, contactId, enrollmentIds[i], missing, act);
            moves.Add(new(null, row, EnrollmentChangeCause.Enrolled));
            (result.EnrollmentId, result.Status) = (row.EnrollmentId, row.Status);
            result.MissingVariables.Add(missing);
        }
        (_, reply.ChangeToken) = await work.SaveAsync(held, moves, [], act, cancellationToken);
        return reply;
    }

    /// <summary>A new enrolment.</summary>
    public EnrollmentRow New(SequenceContent sequence, long contactId, long enrollmentId, IReadOnlyCollection<string> missing, Act act) =>
        EnrollmentDecisions.New(new() { AccountId = db.AccountId, EnrollmentId = enrollmentId, SequenceId = sequence.Row.SequenceId, ContactId = contactId }, sequence, missing, act.Time);
}
