using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>The words that filters and files use of contacts in sequences.</summary>
public static class SequenceWords
{
    /// <summary>Engagement statuses in the order of their numbers.</summary>
    public static readonly IReadOnlyList<string> Engagement = ["OPEN", "ENROLLED", "WORKING", "RESPONDED", "UNRESPONSIVE", "BAD_EMAIL", "DO_NOT_CONTACT"];

    /// <summary>Call statuses in the order of their numbers.</summary>
    public static readonly IReadOnlyList<string> Call = ["TO_CALL", "CALLED"];

    /// <summary>What can hold of a contact in a sequence; the place of a word is its bit. The main statuses come first, in the order of their numbers.</summary>
    public static readonly IReadOnlyList<(string Word, Func<EnrollmentStanding, bool> Holds)> Table =
    [
        ("ACTIVE", s => s.Status == EnrollmentStatus.Active),
        ("PAUSED", s => s.Status == EnrollmentStatus.Paused),
        ("MISSING_DATA", s => s.Status == EnrollmentStatus.MissingData),
        ("OUT_OF_OFFICE", s => s.Status == EnrollmentStatus.OutOfOffice),
        ("FINISHED", s => s.Status == EnrollmentStatus.Finished),
        ("BOUNCED", s => s.Bounced),
        ("REPLIED", s => s.RepliedByEmail || s.RepliedBySms),
        ("REPLIED_BY_EMAIL", s => s.RepliedByEmail),
        ("REPLIED_BY_SMS", s => s.RepliedBySms),
        ("AUTO_REPLIED", s => s.AutoReplied),
        ("CONTACTED", s => s.Contacted),
        ("OPENED", s => s.Opened),
        ("CLICKED", s => s.Clicked),
    ];

    /// <summary>The words of <see cref="Table"/>.</summary>
    public static readonly IReadOnlyList<string> Words = [.. Table.Select(t => t.Word)];

    /// <summary>What holds, a bit for each word; none of who has left the sequence.</summary>
    public static int Bits(EnrollmentStanding standing) => standing.Ended ? 0 : Table.Select((t, i) => t.Holds(standing) ? Bit(i) : 0).Sum();

    /// <summary>The bit of a word.</summary>
    public static int Bit(int place) => 1 << place;
}
