using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>A run as stored: what it is for, how far it is, and whose turn it is to write.</summary>
public sealed class RunRow : IAccountOwned
{
#pragma warning disable CS1591 // Documented in contactplatform/common/v1/run.proto, where the names are the same.
    public long AccountId { get; init; }
    public long RunId { get; init; }
    /// <summary>Which executor works on it.</summary>
    public required string Kind { get; init; }
    /// <summary>What it works on: the label rule, or 0.</summary>
    public long SubjectId { get; init; }
    public RunState State { get; set; } = RunState.Queued;
    /// <summary>Raised by whoever takes the run up, and checked by every chunk: the fencing number.</summary>
    public long Epoch { get; set; }
    /// <summary>How far the work is, in the executor's own terms: everything up to here is committed.</summary>
    public long CursorId { get; set; }
    public long TotalCount { get; set; }
    public long DoneCount { get; set; }
    public long ChangedCount { get; set; }
    public long UnchangedCount { get; set; }
    /// <summary>Skipped items by reason, as JSON.</summary>
    public string SkipCounts { get; set; } = "{}";
    public DateTime CreateTime { get; init; }
    public DateTime? StartTime { get; set; }
    public DateTime? SetTime { get; set; }
    public DateTime? EndTime { get; set; }
    public short ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
    public string FailureReason { get; set; } = "";
    public string Message { get; set; } = "";
    public bool CancelRequested { get; set; }
    /// <summary>Trace of the request that asked for the run, in W3C form, so that the work is shown in it; may be empty.</summary>
    public string TraceParent { get; init; } = "";
    /// <summary>How often in a row an attempt broke without committing anything; the run fails at 5.</summary>
    public int BrokenAttempts { get; set; }
#pragma warning restore CS1591

    /// <summary>True once the run is in a state that it never leaves.</summary>
    public bool Ended => State >= RunState.Succeeded;

    /// <summary>Who asked for the run.</summary>
    public Actor Actor => new() { Kind = (ActorKind)ActorKind, Subject = ActorSubject, DisplayName = ActorName };

    /// <summary>The run as the contracts show it.</summary>
    public Run ToProto()
    {
        var run = new Run
        {
            RunId = RunId,
            State = (Common.V1.RunState)State,
            TotalCount = TotalCount,
            DoneCount = DoneCount,
            ChangedCount = ChangedCount,
            UnchangedCount = UnchangedCount,
            CreateTime = Timestamp.FromDateTime(CreateTime),
            StartTime = StartTime is { } start ? Timestamp.FromDateTime(start) : null,
            SetTime = SetTime is { } set ? Timestamp.FromDateTime(set) : null,
            EndTime = EndTime is { } end ? Timestamp.FromDateTime(end) : null,
            Actor = Actor,
            FailureReason = FailureReason,
            Message = Message,
            Epoch = Epoch,
            CancelRequested = CancelRequested,
        };
        run.SkipCounts.Add(JsonSerializer.Deserialize<SortedDictionary<string, long>>(SkipCounts)!
            .Where(s => s.Value > 0).Select(s => new SkipCount { Reason = s.Key, Count = s.Value }));
        return run;
    }

    internal static void Configure(EntityTypeBuilder<RunRow> entity)
    {
        entity.ToTable("runs").HasKey(r => new { r.AccountId, r.RunId });
        // The workers' question: what is there to do?
        entity.HasIndex(r => r.RunId).IsUnique();
        entity.HasIndex(r => new { r.State, r.RunId });
        entity.HasIndex(r => new { r.AccountId, r.Kind, r.SubjectId, r.RunId });
        entity.Property(r => r.RunId).ValueGeneratedNever();
        entity.Property(r => r.Kind).HasMaxLength(40);
        entity.Property(r => r.ActorSubject).HasMaxLength(200);
        entity.Property(r => r.ActorName).HasMaxLength(200);
        entity.Property(r => r.FailureReason).HasMaxLength(60);
        entity.Property(r => r.Message).HasMaxLength(500);
        entity.Property(r => r.TraceParent).HasMaxLength(60);
        entity.Property(r => r.SkipCounts).HasMaxLength(1000);
        entity.Ignore(r => r.Ended).Ignore(r => r.Actor);
    }
}
