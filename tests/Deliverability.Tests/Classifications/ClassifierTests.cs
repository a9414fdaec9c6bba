using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.LocalTools;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Classifications;

/// <summary>The corpus of diagnostics, the tables, their version and the page that shows them.</summary>
public sealed class ClassifierTests
{
    /// <summary>
    /// What each version of the tables is: a new line here, and `Classifier.Version` raised, whenever a row changes. Verdicts
    /// are kept with their version, so two tables must never have the same.
    /// </summary>
    private static readonly (int Version, string Fingerprint)[] Versions = [(1, "6f6fd197eaea39d7"), (2, "206d0b026e4f059f")];

    private static readonly string Folder = Path.Combine(RepoRoot.Path, "services", "Deliverability", "Classifications");

    [Fact]
    public void Every_diagnostic_of_the_corpus_is_classified_as_it_should_be_by_the_rule_that_should()
    {
        var wrong = new List<string>();
        var systems = MailSystems.Table.Select(s => s.Name).Append("common").ToHashSet();
        var lines = File.ReadLines(Path.Combine(RepoRoot.Path, "tests", "Deliverability.Tests", "Classifications", "diagnostics.tsv")).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).ToList();
        foreach (var line in lines)
        {
            var verdict = Classifier.Classify(line[3], line[5], line[4]);
            if (verdict.Class.ToString() != line[0] || verdict.RuleId != line[1] || !systems.Contains(line[2]))
            {
                wrong.Add($"{string.Join(" | ", line)} -> {verdict.Class} {verdict.RuleId}");
            }
        }
        wrong.ShouldBeEmpty();
        lines.Count.ShouldBeGreaterThan(150);
        lines.Select(l => l[2]).Distinct().Count().ShouldBe(systems.Count, "each system has its lines");
    }

    [Theory]
    [InlineData("5.1.1", FailureClass.DoesNotExist)]
    [InlineData("5.1.2", FailureClass.DoesNotExist)]
    [InlineData("5.1.3", FailureClass.DoesNotExist)]
    [InlineData("5.1.6", FailureClass.DoesNotExist)]
    [InlineData("5.1.10", FailureClass.DoesNotExist)]
    [InlineData("5.2.1", FailureClass.DoesNotExist)]
    [InlineData("4.2.2", FailureClass.MailboxFull)]
    [InlineData("5.2.2", FailureClass.MailboxFull)]
    [InlineData("4.2.1", FailureClass.Unavailable)]
    [InlineData("4.3.2", FailureClass.Unavailable)]
    [InlineData("4.4.7", FailureClass.Unavailable)]
    [InlineData("5.4.4", FailureClass.Unavailable)]
    [InlineData("5.7.1", FailureClass.SenderFault)]
    [InlineData("5.7.26", FailureClass.SenderFault)]
    [InlineData("5.6.0", FailureClass.SenderFault)]
    [InlineData("5.3.4", FailureClass.SenderFault)]
    [InlineData("5.2.3", FailureClass.SenderFault)]
    [InlineData("5.1.7", FailureClass.SenderFault)]
    [InlineData("5.1.8", FailureClass.SenderFault)]
    [InlineData("5.0.0", FailureClass.Unavailable)]
    [InlineData("", FailureClass.Unavailable)]
    [InlineData("nonsense", FailureClass.Unavailable)]
    public void A_code_alone_says_what_the_domain_says_of_it(string code, FailureClass expected) =>
        Classifier.Classify(code, "", "").Class.ShouldBe(expected);

    [Theory]
    [InlineData("5.1.1", true)]
    [InlineData("2.999.999", true)]
    [InlineData("3.1.1", false)]
    [InlineData("5.1", false)]
    [InlineData("5.01.1", false)]
    [InlineData("5.1.1.1", false)]
    [InlineData("5.1.1000", false)]
    [InlineData("5.1.1x", false)]
    public void Codes_are_those_of_RFC_3463(string text, bool good) => EnhancedCode.TryParse(text, out _).ShouldBe(good);

    [Fact]
    public void What_looks_like_a_code_but_is_an_address_or_a_version_is_none() =>
        DiagnosticCodes.Others("host 5.1.1.9 (mail-5.1.1) said x5.1.1 http://a/5.1.1 550-5.2.2 full (#4.4.7)").Select(c => c.ToString()).ShouldBe(["5.2.2", "4.4.7"]);

    [Fact]
    public void Whatever_is_said_there_is_a_verdict_of_a_rule_that_is_listed() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        ArbMap.Default.ArbFor<(string?, string?, string?)>(), t =>
        {
            var verdict = Classifier.Classify(t.Item1 ?? "", t.Item2 ?? "", t.Item3 ?? "");
            return Classifier.Rules[verdict.RuleId] == verdict.Class;
        }));

    [Fact]
    public void Ids_are_unique_words_are_folded_and_no_rule_is_hidden_by_its_neighbours()
    {
        Deliverability.Replays.RuleList.All.Select(r => r.RuleId).ShouldBeUnique();
        var words = MailSystems.Table.SelectMany(s => s.Rules.SelectMany(r => r.Words).Concat(s.Marks));
        words.ShouldAllBe(w => w.Length > 0 && !w.Any(char.IsUpper) && !w.Contains("  ", StringComparison.Ordinal) && !w.StartsWith('*') && !w.EndsWith('*'));
        MailSystems.Table.SelectMany(s => s.Rules).ShouldAllBe(r => r.Class != FailureClass.Unspecified && r.Words.Distinct().Count() == r.Words.Length);
        MailSystems.Table.ShouldAllBe(s => s.Source.Length > 0);
    }

    /// <summary>Run with CONTACTPLATFORM_APPROVE set, it writes the page.</summary>
    [Fact]
    public void The_page_and_the_version_are_those_of_the_tables()
    {
        var page = Page();
        var path = Path.Combine(Folder, "README.md");
        if (Environment.GetEnvironmentVariable("CONTACTPLATFORM_APPROVE") is not null)
        {
            File.WriteAllText(path, page);
        }
        File.ReadAllText(path).ShouldBe(page, "the page is made of the tables: run this test once with CONTACTPLATFORM_APPROVE=1");
        Versions[^1].ShouldBe((Classifier.Version, Fingerprint()), "a changed table is a new version");
        Versions.Select(v => v.Version).ShouldBe(Enumerable.Range(1, Versions.Length));
    }

    private static string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Deliverability.Replays.RuleList.All.Select(r => $"{r.RuleId}|{r.FailureClass}|{string.Join('|', r.Words)}")
        .Concat(MailSystems.Table.Select(s => $"{s.Name}|{string.Join('|', s.Marks)}"))))))[..16];

    private static string Page()
    {
        var page = new StringBuilder($"""
            # What failed deliveries mean

            Version {Classifier.Version}. This page is made of the tables beside it by `ClassifierTests`. The first row that fits says what a failure
            means; codes are asked before texts, the server's own code before the one that was reported beside it. What no row
            fits is Unavailable. SenderFault leaves the address as it is. Of what was refused for now (4xx, else 4.x.x) no text says
            DoesNotExist.

            ## Codes (IANA registry of enhanced status codes)

            | Rule | Means | Name |
            |---|---|---|

            """);
        foreach (var rule in CodeRules.Table)
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{rule.Id}` | {rule.Class} | {rule.Name} |\n");
        }
        page.Append("\n## Texts\n\nA system with marks is asked only where the text or the server's name shows one. `*` stands for anything between.\n");
        foreach (var system in MailSystems.Table)
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n### {system.Name}\n\nSource: {system.Source}. {(system.Marks.Length == 0 ? "Always asked." : $"Marks: {string.Join(", ", system.Marks.Select(m => $"`{m}`"))}.")}\n\n| Rule | Means | Any of |\n|---|---|---|\n");
            foreach (var rule in system.Rules)
            {
                page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{Classifier.Id(system, rule)}` | {rule.Class} | {string.Join(", ", rule.Words.Select(w => $"`{w}`"))} |\n");
            }
        }
        return page.ToString().ReplaceLineEndings("\n");
    }
}
