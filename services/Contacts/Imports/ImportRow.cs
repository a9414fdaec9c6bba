using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// An import as stored, beside its run of the same id. While its file is being uploaded it has no run, and nobody sees it.
/// </summary>
public sealed class ImportRow : IAccountOwned
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "import";

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id of the import and of its run.</summary>
    public long ImportId { get; init; }

    /// <summary>The ImportConfig as it was asked for, serialised.</summary>
    public required byte[] Config { get; init; }

    /// <summary>The header's cells as JSON; empty until the upload is complete.</summary>
    public string Header { get; set; } = "";

    /// <summary>Size of the file, in bytes.</summary>
    public long ByteCount { get; set; }

    /// <summary>Bytes read by committed chunks.</summary>
    public long DoneByteCount { get; set; }

    /// <summary>Rows that made a contact.</summary>
    public long CreatedCount { get; set; }

    /// <summary>Rows that changed a contact.</summary>
    public long UpdatedCount { get; set; }

    /// <summary>Rows that found their contact as it already was.</summary>
    public long UnchangedCount { get; set; }

    /// <summary>Rows whose unsubscribed address no contact has.</summary>
    public long RememberedCount { get; set; }

    /// <summary>Contacts that are unsubscribed by it.</summary>
    public long UnsubscribedCount { get; set; }

    /// <summary>True while what its undoing needs is recorded.</summary>
    public bool Undoable { get; set; }

    /// <summary>Rows refused.</summary>
    public long RefusedCount { get; set; }

    /// <summary>When bytes last arrived, UTC: an upload that stays silent for long is swept.</summary>
    public DateTime TouchTime { get; set; }
}

/// <summary>A piece of an uploaded file; kept until the import has ended.</summary>
public sealed class ImportChunkRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>Number of the piece, from 0.</summary>
    public int Number { get; init; }

    /// <summary>The bytes, at most 1 MiB.</summary>
    public required byte[] Data { get; init; }
}

/// <summary>A refused row of a file.</summary>
public sealed class ImportErrorRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>Number of the row, the first below the header being 1.</summary>
    public long Number { get; init; }

    /// <summary>Line of the file on which it begins.</summary>
    public long LineNumber { get; init; }

    /// <summary>Reasons, separated by `; `.</summary>
    public required string Reason { get; init; }

    /// <summary>Headers of the columns concerned, separated by `; `.</summary>
    public required string Field { get; init; }

    /// <summary>What is wrong, separated by `; `.</summary>
    public required string Problem { get; init; }

    /// <summary>The row as it was.</summary>
    public required string Raw { get; init; }
}
