using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>Keeps tasks in step with their enrolments.</summary>
public sealed class TaskStore(SequencesDbContext db)
{
    /// <summary>Cancels the open tasks of enrolments that are finished or have ended, and hands on those of merged contacts; within the open transaction.</summary>
    public async Task FollowAsync(IReadOnlyList<EnrollmentMove> moves, DateTime now, CancellationToken cancellationToken)
    {
        long[] over = [.. moves.Where(m => m.From is not null && IsOver(m.To.Standing) && !IsOver(m.From.Standing)).Select(m => m.To.EnrollmentId)];
        if (over.Length > 0)
        {
            await db.Tasks.Where(t => over.Contains(t.EnrollmentId) && t.State == TaskState.Open)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.State, TaskState.Cancelled).SetProperty(t => t.EndTime, now).SetProperty(t => t.Version, t => t.Version + 1), cancellationToken);
        }
        foreach (var move in moves.Where(m => m.From is not null && m.From.ContactId != m.To.ContactId))
        {
            await db.Tasks.Where(t => t.EnrollmentId == move.To.EnrollmentId)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.ContactId, move.To.ContactId).SetProperty(t => t.Version, t => t.Version + 1), cancellationToken);
        }
    }

    private static bool IsOver(Standing standing) => standing.Ended || standing.Status == EnrollmentStatus.Finished;
}
