using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>Finds sequences.</summary>
public sealed class SequenceStore(SequencesDbContext db)
{
    /// <summary>Finds a sequence, to be changed.</summary>
    /// <exception cref="RefusalException">SEQUENCE_NOT_FOUND.</exception>
    public async Task<SequenceRow> GetAsync(long sequenceId, CancellationToken cancellationToken) =>
        await db.Sequences.SingleOrDefaultAsync(s => s.SequenceId == sequenceId, cancellationToken) ?? throw new RefusalException(SequenceDecisions.NotFound(sequenceId));

    /// <summary>Finds the present steps and settings of a sequence.</summary>
    public Task<SequenceVersionRow> VersionAsync(SequenceRow row, CancellationToken cancellationToken) =>
        db.SequenceVersions.AsNoTracking().SingleAsync(v => v.SequenceId == row.SequenceId && v.ContentVersion == row.ContentVersion, cancellationToken);

    /// <summary>Finds a sequence with its present steps and settings; null when the account has none.</summary>
    public async Task<SequenceContent?> FindAsync(long sequenceId, CancellationToken cancellationToken) =>
        (await FindAsync([sequenceId], cancellationToken)).GetValueOrDefault(sequenceId);

    /// <summary>Finds sequences with their present steps and settings, those that the account has.</summary>
    public async Task<Dictionary<long, SequenceContent>> FindAsync(IReadOnlyCollection<long> sequenceIds, CancellationToken cancellationToken)
    {
        if (sequenceIds.Count == 0)
        {
            return [];
        }
        // One statement, so that a change in between cannot put steps and their order out of step.
        var found = await db.Sequences.AsNoTracking().Where(s => sequenceIds.Contains(s.SequenceId))
            .Join(db.SequenceVersions, s => new { s.SequenceId, s.ContentVersion }, v => new { v.SequenceId, v.ContentVersion }, (row, version) => new { row, version.Content })
            .ToListAsync(cancellationToken);
        return found.ToDictionary(f => f.row.SequenceId, f => Read(f.row, Sequence.Parser.ParseFrom(f.Content)));

        static SequenceContent Read(SequenceRow row, Sequence content) => new(row, content.Steps, content.Settings);
    }

    /// <summary>Finds a sequence with the steps and settings of a version.</summary>
    public async Task<SequenceContent> AtAsync(long sequenceId, long version, CancellationToken cancellationToken)
    {
        var now = await LoadAsync(sequenceId, cancellationToken);
        if (now.Row.ContentVersion == version)
        {
            return now;
        }
        var content = Sequence.Parser.ParseFrom(await db.SequenceVersions.Where(v => v.SequenceId == sequenceId && v.ContentVersion == version).Select(v => v.Content).SingleAsync(cancellationToken));
        return now with { Steps = content.Steps, Settings = content.Settings };
    }

    /// <summary>The same, of a sequence that has to be there.</summary>
    /// <exception cref="RefusalException">SEQUENCE_NOT_FOUND.</exception>
    public async Task<SequenceContent> LoadAsync(long sequenceId, CancellationToken cancellationToken) =>
        await FindAsync(sequenceId, cancellationToken) ?? throw new RefusalException(SequenceDecisions.NotFound(sequenceId));
}
