using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.LocalTools;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.V1;
using Xunit.Abstractions;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>The corpus of replies, what the rules make of it, and the page that shows it.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private const string Begin = "<!-- Made by CorpusTests: run it once with CONTACTPLATFORM_APPROVE=1 -->\n";
    private const string End = "<!-- End of what CorpusTests made -->\n";

    /// <summary>
    /// What each version of the rules is: a new line here, and `ReplyClassifier.Version` raised, whenever a released rule
    /// changes, since verdicts are kept with their version.
    /// </summary>
    private static readonly (int Version, string Fingerprint)[] Versions = [(1, "fc31fa50dfad86ae")];

    [Fact]
    public void Every_sample_is_read_as_it_should_be_or_as_it_is_known_to_be()
    {
        var wrong = Sample.All.Select(s => (Sample: s, Verdict: ReplyClassifier.Classify(s.Reply)))
            .Where(s => s.Verdict.Category != s.Sample.Read || (s.Sample.Return is { } day && Show(s.Verdict.Return) != day) || s.Verdict.RuleId.Length == 0 != (s.Verdict.Category == ReplyCategory.Uncategorised))
            .Select(s => $"{s.Sample.File}/{s.Sample.Name}: {s.Sample.Category} -> {s.Verdict}").ToList();
        wrong.ShouldBeEmpty();
        Sample.All.Count.ShouldBeGreaterThan(150);
        Sample.All.Select(s => s.Name).ShouldBeUnique();
    }

    [Fact]
    public void What_is_missed_is_left_for_a_person_and_no_wish_to_be_left_alone_is_taken_for_interest_or_the_other_way_round()
    {
        var missed = Sample.All.Where(s => s.Read != s.Category).ToList();
        missed.ShouldAllBe(s => s.Read == ReplyCategory.Uncategorised && s.Category != ReplyCategory.DoNotContact);
        (missed.Count * 10).ShouldBeLessThan(Sample.All.Count);
    }

    /// <summary>Run with CONTACTPLATFORM_APPROVE set, it writes the table.</summary>
    [Fact]
    public void The_table_of_the_page_is_what_the_rules_make_of_the_corpus()
    {
        var table = Table();
        output.WriteLine(table);
        var path = Path.Combine(RepoRoot.Path, "services", "Sequences", "README.md");
        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        begin.ShouldBeGreaterThan(0);
        end.ShouldBeGreaterThan(begin);
        var expected = page[..(begin + Begin.Length)] + table + page[end..];
        if (Environment.GetEnvironmentVariable("CONTACTPLATFORM_APPROVE") is not null)
        {
            File.WriteAllText(path, expected);
        }
        File.ReadAllText(path).ShouldBe(expected, "the table is made of the corpus: run this test once with CONTACTPLATFORM_APPROVE=1");
    }

    [Fact]
    public void The_version_is_that_of_the_rules()
    {
        Versions[^1].ShouldBe((ReplyClassifier.Version, Fingerprint()), "changed rules are a new version");
        Versions.Select(v => v.Version).ShouldBe(Enumerable.Range(1, Versions.Length));
    }

    [Fact]
    public void Rules_have_unique_ids_that_fit_their_column_and_phrases_that_could_fit()
    {
        var rules = CategoryRules.Table.SelectMany(g => g.Rules.Select(r => (Id: ReplyClassifier.Id(g, r), Rule: r))).ToList();
        rules.Select(r => r.Id).ShouldBeUnique();
        rules.ShouldAllBe(r => r.Id.Length <= 60);
        var phrases = rules.Select(r => r.Rule).Concat(AutomaticWords.Rules).SelectMany(r => r.Phrases.Concat(r.Unless)).Concat(WordSets.Table.Values).ToList();
        phrases.ShouldAllBe(p => p.Length > 0 && !p.Any(char.IsUpper) && !p.Contains("  ", StringComparison.Ordinal) && !p.Contains("||", StringComparison.Ordinal) && !p.Contains('\'', StringComparison.Ordinal));
        // A phrase that no text can have, such as one of a contraction, is a mistake.
        phrases.Where(p => p.Split((char[])[' ', '|', '^', '$', '*'], StringSplitOptions.RemoveEmptyEntries).Any(w => w[0] != '{' && (ReplyTokens.Read(w) is not [var word] || word.Text != w))).ShouldBeEmpty();
    }

    private static string Show(ReturnDay day) => day.Knowledge == ReturnKnowledge.Known ? day.Day!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : day.Knowledge == ReturnKnowledge.Unspecified ? "none" : day.Knowledge.ToString().ToLowerInvariant();

    private static string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        CategoryRules.Table.SelectMany(g => g.Rules.Select(r => $"{ReplyClassifier.Id(g, r)}|{string.Join('|', r.Phrases)}|{string.Join('|', r.Unless)}"))
        .Concat(AutomaticWords.Rules.Select(r => $"{r.Name}|{string.Join('|', r.Phrases)}|{string.Join('|', r.Unless)}"))
        .Concat(WordSets.Table.Select(s => $"{s.Key}|{s.Value}")).Concat(AutomaticHeaders.Names)))))[..16];

    private static string Table()
    {
        var categories = Enum.GetValues<ReplyCategory>().Where(c => c != ReplyCategory.Unspecified).ToList();
        var read = Sample.All.Select(s => (s.Category, Read: ReplyClassifier.Classify(s.Reply).Category)).ToList();
        var table = new StringBuilder("\n| It is ↓ read as → | ").AppendJoin(" | ", categories).Append(" |\n|---|").Append(string.Concat(categories.Select(_ => "---|"))).Append('\n');
        foreach (var category in categories)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {category} | {string.Join(" | ", categories.Select(c => read.Count(r => r == (category, c))).Select(n => n == 0 ? "" : n.ToString(CultureInfo.InvariantCulture)))} |\n");
        }
        return table.Append(CultureInfo.InvariantCulture, $"\n{read.Count} samples, {read.Count(r => r.Category == r.Read)} read as they should be, {read.Count(r => r.Category != r.Read && r.Read == ReplyCategory.Uncategorised)} left for a person.\n\n").ToString();
    }
}
