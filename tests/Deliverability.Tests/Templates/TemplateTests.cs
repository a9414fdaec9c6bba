using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Deliverability.Tests.Templates;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["given_name"] = "<b>Ana & \"Li\"</b>", ["field.plan"] = "gold", ["path"] = "a/b?c=d&e #f\"><script>", [Template.UnsubscribeUrl] = "https://mail.example/t/u/x",
    };

    [Theory]
    [InlineData("Hello {{given_name}}!", "Hello <b>Ana & \"Li\"</b>!")]
    [InlineData("{{ given_name }}{{field.plan}}", "<b>Ana & \"Li\"</b>gold")]
    [InlineData("no places, }} and { stand as they are", "no places, }} and { stand as they are")]
    [InlineData("stop: {{unsubscribe_url}}", "stop: https://mail.example/t/u/x")]
    public void Texts_take_values_as_they_are(string template, string expected)
    {
        TemplateParser.TryReadText(template, out var read).ShouldBeNull();
        read!.Render(Value).ShouldBe(expected);
    }

    [Theory]
    [InlineData("<p>{{given_name}}</p>", "<p>&lt;b&gt;Ana &amp; &quot;Li&quot;&lt;/b&gt;</p>")]
    [InlineData("<a href=\"https://a.example/{{path}}?x=1&amp;y={{field.plan}}\">go</a>", "<a href=\"https://a.example/a%2Fb%3Fc%3Dd%26e%20%23f%22%3E%3Cscript%3E?x=1&amp;y=gold\">go</a>")]
    [InlineData("<A class='x' HREF = 'HTTP://a.example'>go</A>", "<A class='x' HREF = 'HTTP://a.example'>go</A>")]
    [InlineData("<a href=\"mailto:{{field.plan}}@a.example\">m</a><a href=\"#top\">t</a><a href='{{unsubscribe_url}}'>u</a>",
        "<a href=\"mailto:gold@a.example\">m</a><a href=\"#top\">t</a><a href='https://mail.example/t/u/x'>u</a>")]
    public void Html_escapes_values_where_they_stand(string template, string expected)
    {
        TemplateParser.TryReadHtml(template, out var read).ShouldBeNull();
        read!.Render(Value).ShouldBe(expected);
    }

    [Fact]
    public void Links_are_found_where_a_browser_finds_them()
    {
        const string Html = """
            <!-- <a href="https://comment.example"> --> 1 < 2 <a title="href='https://title.example'" href="https://one.example/{{field.plan}}" href="https://second.example">
            <area href='https://two.example'><abbr href="javascript:x"><img src="https://picture.example"><a/href="https://three.example"><a href="https://never.example
            """;
        TemplateParser.TryReadHtml(Html, out var read).ShouldBeNull();
        Enumerable.Range(0, read!.Links.Count).Select(n => read.RenderLink(n, Value)).ShouldBe(["https://one.example/gold", "https://two.example", "https://three.example"]);
        read.Render(Value, (number, address) => $"[{number} {address}]").ShouldContain("href=\"[0 https://one.example/gold]\"");
        read.Names.ShouldBe(["field.plan"]);
    }

    [Theory]
    [InlineData("<a href=\"{{path}}\">", 9, "has a link to \"{{path}}\"")]
    [InlineData("<a href=\"java\nscript:alert(1)\">", 9, "a link begins with https://")]
    [InlineData("<a href=\"&#106;avascript:alert(1)\">", 9, "has a link to \"javascript:alert(1)\"")]
    [InlineData("<a href=/relative>", 8, "without quotes")]
    [InlineData("<p>{{", 3, "without }}")]
    [InlineData("<p>{{a b}}", 3, "names the variable \"a b\"")]
    [InlineData("{{1st}}", 0, "a letter, then")]
    [InlineData("{{}}", 0, "names the variable \"\"")]
    public void Mistakes_are_told_with_their_place(string template, int position, string problem)
    {
        var fault = TemplateParser.TryReadHtml(template, out var read).ShouldNotBeNull();
        (fault.Position, read).ShouldBe((position, null));
        fault.Problem.ShouldContain(problem);
    }

    [Fact]
    public void Places_links_and_renderings_are_bounded()
    {
        TemplateParser.TryReadText(string.Concat(Enumerable.Repeat("{{a}}", TemplateLimits.Places + 1)), out _).ShouldNotBeNull().Problem.ShouldContain("1001 places");
        TemplateParser.TryReadHtml(string.Concat(Enumerable.Repeat("<a href=\"https://a.example\">", TemplateLimits.Links + 1)), out _).ShouldNotBeNull().Problem.ShouldContain("500 links");
        TemplateParser.TryReadHtml("<p>{{path}}</p><a href=\"https://a.example/{{path}}\">", out var read).ShouldBeNull();
        read!.LongestRendering(Value).ShouldBeGreaterThanOrEqualTo(read.Render(Value).Length);
    }

    [Fact]
    public void Nothing_makes_the_parser_fail_and_no_value_leaves_its_place() =>
        Prop.ForAll(Gen.Elements("<a ", "href=", "\"", "'", "{{", "}}", "x", "https://a.example/", "<!--", "-->", ">", "<", "/", " ", "=", "{{x}}").ArrayOf().Select(string.Concat).ToArbitrary(), html =>
        {
            // Where it can be used, what stands around the places is untouched, and a value adds no tag and no quote.
            if (TemplateParser.TryReadHtml(html, out var read) is null)
            {
                var rendered = read!.Render(_ => "\"'><script>");
                Count(rendered, "<script").ShouldBe(0);
                Count(rendered, "\"").ShouldBe(Count(html, "\""));
                read.Render(name => $"{{{{{name}}}}}", (_, address) => address).Length.ShouldBeGreaterThanOrEqualTo(html.Length - 5 * Count(html, " "));
            }
        }).QuickCheckThrowOnFailure();

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Value(string name) => Values[name];
}
