using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>Serves EnrollmentService.</summary>
public sealed class EnrollmentEndpoint(
    SequencesDbContext db, SequenceStore sequences, EnrollmentWork work, EnrollContacts enroll, ContactReader contacts, RequestIds requests, IdSequence ids, TimeProvider time) : EnrollmentService.EnrollmentServiceBase
{
    /// <summary>How long an answer is kept: as long as its request_id.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public override async Task<EnrollContactsResponse> EnrollContacts(EnrollContactsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sequenceId = violations.Id(request.SequenceId, "sequence_id");
        var contactIds = violations.ContactIds(request.ContactIds);
        var requestId = violations.RequestId(request.RequestId, required: true);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        IDbContextTransaction? transaction = null;
        try
        {
            var (id, created) = await requests.OnceAsync(caller, nameof(EnrollContacts), requestId, new EnrollContactsRequest(request) { RequestId = "" }, async () =>
            {
                var sequence = await OpenAsync(sequenceId, caller, cancel);
                var found = await enroll.FindAsync(contactIds, cancel);
                var act = Act.Of(caller, time);
                transaction = await db.BeginBulkAsync(cancel);
                var reply = await enroll.EnrollAsync(sequence, contactIds, found, act, cancel);
                var before = act.Time - Kept;
                await db.EnrollAnswers.Where(a => a.CreateTime < before).ExecuteDeleteAsync(cancel);
                var answer = new EnrollAnswerRow { AccountId = db.AccountId, AnswerId = await ids.NextAsync(cancel), CreateTime = act.Time, Answer = reply.ToByteArray() };
                db.EnrollAnswers.Add(answer);
                return answer.AnswerId;
            }, cancel);
            if (created)
            {
                await transaction!.CommitAsync(cancel);
            }
            else if (transaction is not null)
            {
                // Another call with the same id was faster; what this one has written is taken back.
                await transaction.RollbackAsync(cancel);
            }
            return EnrollContactsResponse.Parser.ParseFrom(await db.EnrollAnswers.Where(a => a.AnswerId == id).Select(a => a.Answer).SingleAsync(cancel));
        }
        finally
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<UnenrollContactsResponse> UnenrollContacts(UnenrollContactsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sequenceId = violations.Id(request.SequenceId, "sequence_id");
        var contactIds = violations.ContactIds(request.ContactIds);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        await OwnAsync(sequenceId, caller, cancel);
        var act = Act.Of(caller, time);
        await using var transaction = await db.BeginBulkAsync(cancel);
        var held = await work.LockAsync(contactIds, [], cancel);
        var moves = held.Enrollments.Where(e => e.SequenceId == sequenceId)
            .Select(e => new EnrollmentMove(e, e.After(EnrollmentDecisions.End(e.Standing), act.Time, null), EnrollmentChangeCause.Unenrolled)).ToList();
        var (_, token) = await work.SaveAsync(held, moves, [], act, cancel);
        await transaction.CommitAsync(cancel);
        var gone = moves.Select(m => m.To.ContactId).Order().ToList();
        return new() { UnenrolledContactIds = { gone }, NotEnrolledContactIds = { contactIds.Except(gone) }, ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<MoveEnrollmentResponse> MoveEnrollment(MoveEnrollmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var contactId = violations.Id(request.ContactId, "contact_id");
        var from = violations.Id(request.FromSequenceId, "from_sequence_id");
        var to = violations.Id(request.ToSequenceId, "to_sequence_id");
        violations.Check(to <= 0 || from != to, "to_sequence_id", "is the sequence that the contact is in; expected another");
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        await OwnAsync(from, caller, cancel);
        var sequence = await OpenAsync(to, caller, cancel);
        var contact = await contacts.GetAsync(contactId, cancel);
        var act = Act.Of(caller, time);
        var enrollmentId = await ids.NextAsync(cancel);
        await using var transaction = await db.BeginBulkAsync(cancel);
        var held = await work.LockAsync([contactId], [contactId], cancel);
        var left = held.In(from, contactId) ?? throw new RefusalException(new Refusal(SequencesReasons.NotInSequence, $"contact {contactId} is not in sequence {from}")
            .From("no sequence", "move", "EnrollContacts").With("contact_id", contactId));
        if (EnrollmentDecisions.Enroll(contactId, contact, held.Contacts[contactId], held.In(to, contactId)) is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        var entered = enroll.New(sequence, contactId, enrollmentId, sequence.Missing(0, contact), act);
        var (_, token) = await work.SaveAsync(held,
        [
            new(left, left.After(EnrollmentDecisions.End(left.Standing), act.Time, null), EnrollmentChangeCause.Moved),
            new(null, entered, EnrollmentChangeCause.Enrolled),
        ], [], act, cancel);
        await transaction.CommitAsync(cancel);
        return new() { Enrollment = entered.ToProto(), ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<GetEnrollmentResponse> GetEnrollment(GetEnrollmentRequest request, ServerCallContext context) =>
        new() { Enrollment = (await GetAsync(request.EnrollmentId, context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<ListEnrollmentsResponse> ListEnrollments(ListEnrollmentsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(request.SequenceId >= 0, "sequence_id", $"is {request.SequenceId}; expected an id, or 0 for all");
        violations.Check(request.ContactId >= 0, "contact_id", $"is {request.ContactId}; expected an id, or 0 for all");
        violations.Check(Enum.IsDefined(request.Status), "status", $"is {(int)request.Status}; expected a status, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListEnrollments), request.SequenceId, request.ContactId, request.Status, request.ShowEnded);
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var found = db.Enrollments.AsNoTracking().Where(e => e.EnrollmentId > after);
        found = request.SequenceId == 0 ? found : found.Where(e => e.SequenceId == request.SequenceId);
        found = request.ContactId == 0 ? found : found.Where(e => e.ContactId == request.ContactId);
        found = request.Status == EnrollmentStatus.Unspecified ? found : found.Where(e => e.Status == request.Status);
        found = request.ShowEnded ? found : found.Where(e => e.EndTime == null);
        var (rows, next) = page.Cut(await found.OrderBy(e => e.EnrollmentId).Take(page.Size + 1).ToListAsync(context.CancellationToken), e => e.EnrollmentId);
        return new() { Enrollments = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListEnrollmentChangesResponse> ListEnrollmentChanges(ListEnrollmentChangesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.EnrollmentId, "enrollment_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListEnrollmentChanges), id);
        violations.ThrowIfAny();
        await GetAsync(id, context.CancellationToken);
        var before = page.After ?? long.MaxValue;
        var (rows, next) = page.Cut(await db.EnrollmentChanges.AsNoTracking().Where(c => c.EnrollmentId == id && c.Version < before)
            .OrderByDescending(c => c.Version).Take(page.Size + 1).ToListAsync(context.CancellationToken), c => c.Version);
        return new() { EnrollmentChanges = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetContactStatusResponse> GetContactStatus(GetContactStatusRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        violations.ThrowIfAny();
        var row = await db.ContactStatuses.AsNoTracking().SingleOrDefaultAsync(s => s.ContactId == id, context.CancellationToken);
        if (row is null)
        {
            // Nothing has ever been said of it here; whether it exists, Contacts knows.
            await contacts.GetAsync(id, context.CancellationToken);
            return new() { ContactStatus = new ContactStatusRow { ContactId = id }.ToProto() };
        }
        return row.Deleted ? throw new RefusalException(ContactReader.Missing(id)) : new() { ContactStatus = row.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<ListContactStatusChangesResponse> ListContactStatusChanges(ListContactStatusChangesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListContactStatusChanges), id);
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var (rows, next) = page.Cut(await db.ContactStatusChanges.AsNoTracking().Where(c => c.ContactId == id && c.Version < before)
            .OrderByDescending(c => c.Version).Take(page.Size + 1).ToListAsync(context.CancellationToken), c => c.Version);
        return new() { ContactStatusChanges = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    private async Task<EnrollmentRow> GetAsync(long enrollmentId, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        violations.Id(enrollmentId, "enrollment_id");
        violations.ThrowIfAny();
        return await db.Enrollments.AsNoTracking().SingleOrDefaultAsync(e => e.EnrollmentId == enrollmentId, cancellationToken)
            ?? throw new RefusalException(new Refusal(SequencesReasons.EnrollmentNotFound, $"there is no enrolment {enrollmentId}").With("enrollment_id", enrollmentId));
    }

    /// <summary>Finds a sequence in which the caller may work.</summary>
    private async Task<SequenceContent> OwnAsync(long sequenceId, Caller caller, CancellationToken cancellationToken)
    {
        var sequence = await sequences.LoadAsync(sequenceId, cancellationToken);
        return sequence.IsClosedTo(caller) ? throw new RefusalException(SequenceDecisions.NotOwner(sequenceId)) : sequence;
    }

    /// <summary>The same, and that is open to new contacts.</summary>
    private async Task<SequenceContent> OpenAsync(long sequenceId, Caller caller, CancellationToken cancellationToken)
    {
        var sequence = await OwnAsync(sequenceId, caller, cancellationToken);
        return SequenceDecisions.Enroll(sequence.Row.State) is { } refusal ? throw new RefusalException(refusal) : sequence;
    }
}
