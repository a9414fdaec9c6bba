using System.Globalization;
using System.Text;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>A contact as the tests see it, and how a filter is evaluated over it: written here only, so that it can disagree with the service.</summary>
public sealed record Person(long Id)
{
    public string? Email { get; init; }

    public string? Phone { get; init; }

    public required string GivenName { get; init; }

    public required string FamilyName { get; init; }

    public required string Source { get; init; }

    public required string Owner { get; init; }

    public required string TimeZone { get; init; }

    public required bool Active { get; init; }

    public DateTime? Subscribed { get; init; }

    public required DateTime Created { get; init; }

    public required int Score { get; init; }

    public required string[] Labels { get; init; }

    public required string[] Lists { get; init; }

    public string? Nick { get; init; }

    public string? Tier { get; init; }

    public decimal? Points { get; init; }

    public DateOnly? Birthday { get; init; }

    public bool? Vip { get; init; }

    public (short? Stage, bool Lost, DateTime Changed)? Funnel { get; init; }

    public (short Status, DateTime? Sent, DateTime? Opened, DateTime? Clicked)? Mail { get; init; }

    /// <summary>Stage of who is not lost.</summary>
    public short? Stage(short byDefault) => Funnel is { Lost: true } ? null : Funnel?.Stage ?? byDefault;

    /// <summary>Stage that a lost contact was lost from.</summary>
    public short? LostFrom(short byDefault) => Funnel is { Lost: true } f ? f.Stage ?? byDefault : null;
}

/// <summary>A random filter: its text, and what it means.</summary>
/// <param name="Text">As it is sent.</param>
/// <param name="Holds">Whether it finds somebody.</param>
/// <param name="Clauses">What each clause means, in the order of the text.</param>
/// <param name="Atomic">True when it needs no parentheses within NOT, AND or OR.</param>
public sealed record Expected(string Text, Func<Person, bool> Holds, IReadOnlyList<Func<Person, bool>> Clauses, bool Atomic)
{
    public override string ToString() => Text;

    public static Expected Clause(string text, Func<Person, bool> holds) => new(text, holds, [holds], true);

    public Expected Not(string sign) => new($"{sign}{Inner}", p => !Holds(p), Clauses, false);

    public static Expected All(IReadOnlyList<Expected> parts, string sign) =>
        new(string.Join(sign, parts.Select(p => p.Inner)), p => parts.All(x => x.Holds(p)), [.. parts.SelectMany(p => p.Clauses)], false);

    public static Expected Any(IReadOnlyList<Expected> parts) =>
        new(string.Join(" OR ", parts.Select(p => p.Inner)), p => parts.Any(x => x.Holds(p)), [.. parts.SelectMany(p => p.Clauses)], false);

    private string Inner => Atomic ? Text : $"({Text})";
}

/// <summary>Texts as the tests compare them.</summary>
public static class Folded
{
    public static string Of(string text) => new(Lower(text.Trim().Normalize(NormalizationForm.FormC)).Normalize(NormalizationForm.FormC));

    private static string Lower(string text) => string.Concat(text.EnumerateRunes().Select(r => Rune.ToLowerInvariant(Rune.ToUpperInvariant(r)).ToString()));

    public static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
