using System.Data.Common;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>What the gate reads of addresses in the rows of a statement.</summary>
internal static class GateRows
{
    private static readonly FactKind[] Blocking = [.. StatusRules.Table.Select(r => r.Fact).Distinct()], Received = [.. StatusRules.Received];

    /// <summary>How many kinds of facts, from the first; those behind are what machines did.</summary>
    private static readonly int Count = StatusRules.Table.SelectMany(r => new[] { r.Fact, r.ClearedBy }).Append(FactKind.Sent).Concat(StatusRules.Received).Max(k => (int)k);

    /// <summary>Their columns, of the addresses that a statement calls `a`.</summary>
    public static readonly string Columns = string.Join(", ", AddressFacts.Columns.Take(Count).Select(c => $"a.{c}"));

    /// <summary>Decides about the address whose columns stand in a row from a place on. Where nothing that blocks was ever heard of it, as of most, nothing else is read.</summary>
    public static SendDecision Decide(DbDataReader row, int from, DateTime now) =>
        Any(row, from, Blocking) ? SendGate.Decide(FactSql.Facts(row, from, Count), now) : Any(row, from, Received) ? SendGate.Active : SendGate.New;

    private static bool Any(DbDataReader row, int from, FactKind[] kinds)
    {
        foreach (var kind in kinds)
        {
            if (!row.IsDBNull(from + (int)kind - 1))
            {
                return true;
            }
        }
        return false;
    }
}
