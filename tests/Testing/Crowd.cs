using System.Globalization;

namespace ContactPlatform.Testing;

/// <summary>
/// Many contacts, some of them labelled, written straight into both databases of a stack on PostgreSQL: the rows that
/// Contacts and Funnel would have written for contacts created one by one, without the outbox rows of their creation, for
/// which nobody waits since both sides have theirs.
/// </summary>
/// <param name="FirstId">The lowest id; the ids follow each other.</param>
/// <param name="Count">Number of contacts.</param>
/// <param name="LabelId">The label.</param>
/// <param name="Labelled">Number of contacts that carry it.</param>
public sealed record Crowd(long FirstId, int Count, long LabelId, int Labelled)
{
    private static int _crowds;

    /// <summary>One of this many carries the label: the labelled ones lie spread among the others.</summary>
    public int Every => Count / Labelled;

    /// <summary>Ids of the labelled contacts, ascending.</summary>
    public IEnumerable<long> LabelledIds => Enumerable.Range(0, Labelled).Select(i => FirstId + ((long)i * Every));

    /// <summary>Writes a crowd.</summary>
    /// <param name="stack">Where to.</param>
    /// <param name="labelled">Contacts with the label.</param>
    /// <param name="others">Contacts without it; a multiple of those with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Crowd> FillAsync(OwnStack stack, int labelled, int others, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"crowd {Interlocked.Increment(ref _crowds)}");
        var label = (await stack.Labels.CreateLabelAsync(new() { DisplayName = name }, stack.Headers, cancellationToken: cancellationToken)).Label.LabelId;
        var count = labelled + others;
        // One taker takes blocks that follow each other, and more than the process has left of an earlier one.
        var blocks = (count + 999) / 1000;
        var first = await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT MIN(first) FROM (SELECT nextval('ids') AS first FROM generate_series(1, {blocks})) b", cancellationToken);
        var crowd = new Crowd(first, count, label, labelled);
        await OwnStack.ExecuteAsync(stack.Contacts.Database, cancellationToken,
            $"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version,
              given_name_key, family_name_key, source_key)
            SELECT {ContactsHost.Account}, id, 'person' || id || '@crowd.example', 'Ada', 'Example', 'Europe/Paris', 1, 'crowd', '', 0, now(), now(), 1, 'ada', 'example', 'crowd'
            FROM generate_series({first}::bigint, {first + count - 1}::bigint) AS id
            """,
            $"""
            INSERT INTO label_members (account_id, label_id, contact_id)
            SELECT {ContactsHost.Account}, {label}, {first} + i * {crowd.Every} FROM generate_series(0::bigint, {labelled - 1}::bigint) AS i
            """,
            "VACUUM (ANALYZE) contacts, label_members");
        await OwnStack.ExecuteAsync(stack.Funnel.Database, cancellationToken,
            $"""
            INSERT INTO contact_stages (account_id, contact_id, lost, lost_cause, record_inactive, version, create_time)
            SELECT {ContactsHost.Account}, id, false, 0, false, 0, now() FROM generate_series({first}::bigint, {first + count - 1}::bigint) AS id
            """,
            "VACUUM (ANALYZE) contact_stages, stage_changes");
        return crowd;
    }
}
