using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>What a bulk run is about, beside its run of the same id.</summary>
public sealed class BulkRunRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The ContactSet as it was asked for, serialised; given ids are only in the pieces.</summary>
    public required byte[] Contacts { get; init; }

    /// <summary>The BulkAction, serialised.</summary>
    public required byte[] Action { get; init; }
}

/// <summary>
/// A piece of a run's set, up to 1,000 contacts. It is deleted in the transaction that changes them, so what is here is
/// exactly what is left to do. It may name contacts that are gone.
/// </summary>
public sealed class BulkRunPieceRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Place of the piece, in ascending order of contacts.</summary>
    public int PieceNumber { get; init; }

    /// <summary>Ids of the contacts, ascending, 8 bytes each with the lowest first.</summary>
    public required byte[] ContactIds { get; init; }
}
