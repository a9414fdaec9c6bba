using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.CustomFields;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Why a row of a file is refused.</summary>
/// <param name="Reason">One of <see cref="LineReasons"/>.</param>
/// <param name="Field">Header of the column concerned; empty for the row as a whole.</param>
/// <param name="Text">What is wrong, and what is expected.</param>
public sealed record LineProblem(string Reason, string Field, string Text);

/// <summary>Reasons for refusing a row: in the run's skip counts, and in the file of refused rows.</summary>
public static class LineReasons
{
    /// <summary>A value is malformed, or what the row needs is missing.</summary>
    public const string InvalidField = "INVALID_FIELD";

    /// <summary>The row's quotes, length or number of fields are wrong, so that its fields cannot be told.</summary>
    public const string Malformed = "ROW_MALFORMED";

    /// <summary>The row holds bytes that the file's encoding does not know.</summary>
    public const string Encoding = "ROW_ENCODING_INVALID";

    /// <summary>Rows may only create, and the contact exists.</summary>
    public const string ContactExists = "CONTACT_EXISTS";

    /// <summary>Rows may only update, and there is no such contact.</summary>
    public const string ContactNotFound = "CONTACT_NOT_FOUND";

    /// <summary>The row names an address that was erased; nothing of the row is kept.</summary>
    public const string ContactErased = "CONTACT_ERASED";

    /// <summary>The row names a label that the account lacks, and may not create it.</summary>
    public const string LabelNotFound = "LABEL_NOT_FOUND";
}

/// <summary>One row of a file, read: normalised values, or what is wrong with it. Empty values change nothing.</summary>
public sealed class ImportLine
{
    /// <summary>Number of the row, the first below the header being 1; what a resumed import counts by.</summary>
    public required long Number { get; init; }

    /// <summary>Line of the file on which the row begins, counted from 1.</summary>
    public required long Line { get; init; }

    /// <summary>The row as it stands in the file, cut at <see cref="ImportLineReader.MaximumKept"/>.</summary>
    public required string Raw { get; init; }

    /// <summary>Email in normal form.</summary>
    public string Email { get; set; } = "";

    /// <summary>Phone in normal form.</summary>
    public string Phone { get; set; } = "";

    /// <summary>Given name.</summary>
    public string GivenName { get; set; } = "";

    /// <summary>Family name.</summary>
    public string FamilyName { get; set; } = "";

    /// <summary>IANA name of the time zone.</summary>
    public string TimeZone { get; set; } = "";

    /// <summary>Where the contact came from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Subject of the operator who looks after the contact.</summary>
    public string Owner { get; set; } = "";

    /// <summary>When the contact subscribed, UTC.</summary>
    public DateTime? SubscribedTime { get; set; }

    /// <summary>Stage that the row names.</summary>
    public FunnelStage Stage { get; set; }

    /// <summary>Names of labels to add, by their key.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = NoLabels;

    /// <summary>Values of custom fields, by the field's id; in the order of the columns.</summary>
    public IReadOnlyList<(long FieldId, FieldValue Value)> Custom { get; set; } = [];

    /// <summary>What is wrong with the row.</summary>
    public IReadOnlyList<LineProblem> Problems { get; set; } = [];

    /// <summary>What finds the contact: the email, or the phone of a row without email.</summary>
    public string Key => Email.Length > 0 ? Email : Phone;

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
}

/// <summary>Rows that are committed together.</summary>
/// <param name="Lines">The rows, in the order of the file.</param>
/// <param name="DoneBytes">Bytes of the file read so far.</param>
public sealed record ImportBatch(IReadOnlyList<ImportLine> Lines, long DoneBytes);
