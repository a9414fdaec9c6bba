using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.ServiceDefaults.Tests.Paging;

public class PagingTests
{
    [Fact]
    public void Pages_make_up_the_whole_list_whatever_the_sizes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long[]>(), Gen.Choose(1, 7).ArrayOf().ToArbitrary(), (keys, sizes) =>
        {
            var rows = keys.Distinct().Order().ToList();
            var got = new List<long>();
            var (token, page) = ("", 0);
            do
            {
                var size = sizes.Length == 0 ? 3 : sizes[page++ % sizes.Length];
                var read = Page.Read(size, token, new Violations(), "ListThings", "filter");
                (var some, token) = read.Cut([.. rows.Where(k => read.After is null || k > read.After).Take(read.Size + 1)], k => k);
                got.AddRange(some);
                if (some.Count > size || (token.Length > 0 && some.Count < size))
                {
                    return false;
                }
            }
            while (token.Length > 0);
            return got.SequenceEqual(rows);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_token_is_good_for_its_own_question_only()
    {
        var token = Next("List", 7L, "a", new List<long> { 1, 2 });
        Page.Read(5, token, new Violations(), "List", 7L, "a", new List<long> { 1, 2 }).After.ShouldBe(2);
        object[][] others =
        [
            ["Other", 7L, "a", new List<long> { 1, 2 }], ["List", 8L, "a", new List<long> { 1, 2 }], ["List", 7L, "b", new List<long> { 1, 2 }],
            ["List", 7L, "a", new List<long> { 1, 3 }], ["List", 7L, "a"], ["List", 7L, "a\n1"],
        ];
        foreach (var other in others)
        {
            Refused(token, other);
        }
        Should.Throw<RefusalException>(() => Page.Read(0, Next("List", "a\nb", "c"), new Violations(), "List", "a", "b\nc"));
    }

    [Fact]
    public void A_token_that_was_tampered_with_is_refused()
    {
        var token = Next("List");
        Prop.ForAll(Gen.Choose(0, token.Length - 1).ToArbitrary(), ArbMap.Default.ArbFor<char>(), (at, character) =>
        {
            // Only the key behind the binding can be made up, and that reads nothing but the caller's own rows.
            var changed = token[..at] + character + token[(at + 1)..];
            var refusal = Record.Exception(() => Page.Read(0, changed, new Violations(), "List"));
            return refusal is null or RefusalException { Refusal.Reason.Name: "PAGE_TOKEN_INVALID" };
        }).QuickCheckThrowOnFailure();
        foreach (var bad in new[] { "x", "====", "é", token + "A", token[1..], new string('A', 5000), Convert.ToBase64String("aaaaaaaaaaaa.1"u8) })
        {
            Refused(bad, "List");
        }
    }

    [Theory]
    [InlineData(0, 100, true)]
    [InlineData(1, 1, true)]
    [InlineData(1000, 1000, true)]
    [InlineData(1001, 1000, false)]
    [InlineData(-1, 1, false)]
    [InlineData(int.MinValue, 1, false)]
    public void Sizes_have_a_default_and_limits(int asked, int size, bool fine)
    {
        var violations = new Violations();
        Page.Read(asked, "", violations, "List").Size.ShouldBe(size);
        violations.None.ShouldBe(fine);
        violations.Found.ShouldAllBe(v => v.Field == "page_size");
    }

    [Fact]
    public void An_etag_lets_pass_its_own_version_or_any_when_empty()
    {
        Etag.Check(Etag.Of(79), 79).ShouldBeNull();
        Etag.Check("", 79).ShouldBeNull();
        var refusal = Etag.Check(Etag.Of(79), 80).ShouldNotBeNull();
        refusal.Reason.ShouldBe(CommonReasons.EtagMismatch);
        (refusal.Metadata["etag"], refusal.Metadata["current_etag"]).ShouldBe(("4f", "50"));
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<long>(), (a, b) => (Etag.Of(a) == Etag.Of(b)) == (a == b)).QuickCheckThrowOnFailure();
        Etag.Check(79.ToString(CultureInfo.InvariantCulture), 79).ShouldNotBeNull();
    }

    private static string Next(params object[] arguments) => Page.Read(2, "", new Violations(), arguments).Cut([1L, 2L, 3L], k => k).NextPageToken;

    private static void Refused(string token, params object[] arguments) =>
        Should.Throw<RefusalException>(() => Page.Read(0, token, new Violations(), arguments), token).Refusal.Reason.ShouldBe(CommonReasons.PageTokenInvalid);
}
