using ContactPlatform.Contacts.Projections;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>
/// Writes what Sequences tells, for all accounts at once. Contacts that are deleted here are passed over. Doing any of it again
/// changes nothing.
/// </summary>
public sealed class SequencesProjectionStore(ContactsDbContext db)
{
    private static readonly SequencesProjectionSql Outreach = new("contact_outreach", null,
        [
            ("version", "bigint", "bigint"), ("engagement", "smallint", "smallint"), ("engagement_time", "timestamp", "datetime2(7)"),
            ("first_working_time", "timestamp", "datetime2(7)"), ("opted_out", "boolean", "bit"), ("call_status", "smallint", "smallint"),
        ],
        "d.version < r.version");

    private static readonly SequencesProjectionSql Enrollments = new("contact_enrollments", "sequence_id",
        [("enrollment_id", "bigint", "bigint"), ("version", "bigint", "bigint"), ("status", "smallint", "smallint"), ("words", "int", "int")],
        "(d.enrollment_id < r.enrollment_id OR (d.enrollment_id = r.enrollment_id AND d.version < r.version))");

    private static readonly SqlText PutOutreach = new(Outreach.Put().Postgres, Outreach.Put().SqlServer);
    private static readonly SqlText PutEnrollments = new(Enrollments.Put().Postgres, Enrollments.Put().SqlServer);
    private static readonly SqlText PutRebuiltOutreach = new(Outreach.PutRebuilt().Postgres, Outreach.PutRebuilt().SqlServer);
    private static readonly SqlText PutRebuiltEnrollments = new(Enrollments.PutRebuilt().Postgres, Enrollments.PutRebuilt().SqlServer);
    private static readonly SqlText[] Empty = [new(Outreach.Empty()), new(Enrollments.Empty())];
    private static readonly SqlText[] Count = [new(Outreach.CountRebuilt().Postgres, Outreach.CountRebuilt().SqlServer), new(Outreach.Count().Postgres, Outreach.Count().SqlServer), new(Enrollments.CountRebuilt().Postgres, Enrollments.CountRebuilt().SqlServer), new(Enrollments.Count().Postgres, Enrollments.Count().SqlServer)];

    private static readonly SqlText[] Mend =
    [
        new(Outreach.MendGone()), new(Outreach.MendWrong().Postgres, Outreach.MendWrong().SqlServer), new(Outreach.MendMissing().Postgres, Outreach.MendMissing().SqlServer), new(Enrollments.MendGone()), new(Enrollments.MendWrong().Postgres, Enrollments.MendWrong().SqlServer), new(Enrollments.MendMissing().Postgres, Enrollments.MendMissing().SqlServer),
    ];

    /// <summary>How it is rebuilt.</summary>
    public static readonly RebuildTables Tables = new(SequencesFeed.Source, 2, Empty, Count, Mend);

    /// <summary>Applies changes within the open transaction.</summary>
    public async Task ApplyAsync(SequencesFold fold, CancellationToken cancellationToken)
    {
        await RunAsync(PutOutreach, fold.Contacts(), cancellationToken);
        await RunAsync(PutEnrollments, fold.Enrollments(), cancellationToken);
    }

    /// <summary>Applies changes to the projection that is being rebuilt, within the open transaction.</summary>
    public async Task ApplyRebuiltAsync(SequencesFold fold, CancellationToken cancellationToken)
    {
        await RunAsync(PutRebuiltOutreach, fold.Contacts(), cancellationToken);
        await RunAsync(PutRebuiltEnrollments, fold.Enrollments(), cancellationToken);
    }

    private async Task RunAsync(SqlText sql, string? rows, CancellationToken cancellationToken)
    {
        if (rows is not null)
        {
            await using var command = db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("rows", rows);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
