using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>
/// Follows Sequences for the timelines, from its first change on. Under a position of its own: the projection may be rebuilt without
/// telling anything twice.
/// </summary>
public sealed class SequenceEventConsumer(SequencesFeed feed, IServiceProvider services) : FeedConsumer<SequencesChange>("sequences-timeline", services)
{
    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<SequencesChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<SequencesChange> Read(SequencesChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, FeedChange<SequencesChange> change, CancellationToken cancellationToken)
    {
        if (change.Body.StatusesChanged is not { } changed)
        {
            return;
        }
        var timeline = scope.GetRequiredService<TimelineStore>();
        foreach (var cause in changed.Enrollments.GroupBy(e => Cause(e.Cause)))
        {
            await timeline.AddManyAsync(Act(cause.Key), cause.Select(e => (Event(e), (IEnumerable<long>)[e.ContactId])), cancellationToken, late: true);
        }
        // Of what became of engagement the enrolments' changes are the cause; of opting out whoever did it.
        await timeline.AddManyAsync(Act(TimelineCause.Sequence), changed.Contacts.Zip(changed.FromContacts)
            .Where(c => (c.First.EngagementStatus, c.First.OptedOut, c.First.CallStatus) != (c.Second.EngagementStatus, c.Second.OptedOut, c.Second.CallStatus)).Select(c => (Event(c.Second, c.First), (IEnumerable<long>)[c.First.ContactId])), cancellationToken, late: true);

        TimelineAct Act(TimelineCause cause) => new(change.Body.Actor ?? new Actor(), cause, change.Body.RunId, Clock.Truncate(change.ChangeTime));
    }

    /// <summary>What a change of an enrolment is put down to.</summary>
    public static TimelineCause Cause(EnrollmentChangeCause cause) => cause switch
    {
        EnrollmentChangeCause.Manual => TimelineCause.Manual,
        EnrollmentChangeCause.Api => TimelineCause.Api,
        EnrollmentChangeCause.RecordInactive => TimelineCause.RecordInactive,
        EnrollmentChangeCause.ContactMerged => TimelineCause.ContactMerge,
        _ => TimelineCause.Sequence,
    };

    private static TimelineEvent Event(EnrollmentState state) => new()
    {
        Enrollment = new() { SequenceId = state.SequenceId, EnrollmentId = state.EnrollmentId, FromStatuses = { Words(state.From) }, Statuses = { Words(state.Standing) }, Ended = state.Standing.Ended },
    };

    private static TimelineEvent Event(ContactStatus from, ContactStatus to) => new()
    {
        Outreach = new()
        {
            FromEngagementStatus = Word(SequenceWords.Engagement, (int)from.EngagementStatus), EngagementStatus = Word(SequenceWords.Engagement, (int)to.EngagementStatus),
            FromOptedOut = from.OptedOut, OptedOut = to.OptedOut, FromCallStatus = Word(SequenceWords.Call, (int)from.CallStatus), CallStatus = Word(SequenceWords.Call, (int)to.CallStatus),
        },
    };

    private static IEnumerable<string> Words(EnrollmentStanding? standing) => standing is null ? [] : SequenceWords.Table.Where(t => t.Holds(standing)).Select(t => t.Word);

    private static string Word(IReadOnlyList<string> words, int number) => number == 0 ? "" : words[number - 1];
}
