using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>The language by itself: what it means, and what it says when it means nothing.</summary>
public sealed class FilterParserTests
{
    private static readonly FilterScope Scope = FilterScope.Empty(new DateTime(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc));

    [Theory]
    // OR binds tighter than AND, as AIP-160 has it.
    [InlineData("email:a AND email:b OR email:c", "email:a AND (email:b OR email:c)")]
    [InlineData("email:a OR email:b AND email:c", "(email:a OR email:b) AND email:c")]
    [InlineData("email:a email:b OR email:c email:d", "email:a AND (email:b OR email:c) AND email:d")]
    [InlineData("(email:a AND email:b) OR email:c", "(email:a AND email:b) OR email:c")]
    [InlineData("-email:a NOT(email:b OR email:c)", "NOT email:a AND NOT (email:b OR email:c)")]
    [InlineData("((email:a))AND(email:b)", "email:a AND email:b")]
    [InlineData(" \t\r\nemail : a\n", "email : a")]
    [InlineData("create_time>2026-04-08T10:30:00+02:00", "create_time>2026-04-08T10:30:00+02:00")]
    [InlineData("lead_score>-5 -lead_score<=7.25", "lead_score>-5 AND NOT lead_score<=7.25")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    public void What_is_read_can_be_written_out(string text, string expected) => FilterText.Explicit(FilterBinder.Bind(FilterParser.Parse(text), Scope).Filter).ShouldBe(expected);

    [Theory]
    [InlineData("email", 6, "the filter ends", "one of = != < <= > >= :")]
    [InlineData("email = ", 9, "the filter ends", "a value")]
    [InlineData("email = a AND", 14, "the filter ends", "a clause")]
    [InlineData("email = a OR OR email = b", 14, "OR stands where a clause should begin", "a clause")]
    [InlineData("email = a)", 10, "')' stands here", "the end, or ( before it")]
    [InlineData("(email = a", 11, "the filter ends", "a closing parenthesis")]
    [InlineData("()", 2, "')' stands here", "a clause")]
    [InlineData("email = (a OR b)", 9, "'(' stands here", "one clause for each value")]
    [InlineData("email = \"a", 9, "does not end", "a closing \"")]
    [InlineData("email = \"a\\n\"", 12, "'n' stands here", "behind a \\")]
    [InlineData("email = \"a\"b", 12, "'b' stands here", "a blank or a closing parenthesis")]
    [InlineData("email = o'neil", 10, "''' stands here", "into quotes")]
    [InlineData("email = a*b*", 10, "* stands within a value", "\\* in quotes is the character itself")]
    [InlineData("email = AND", 9, "AND stands where a value should", "in quotes")]
    [InlineData("email = a and email = b", 15, "'and' was read as a field", "AND in capitals")]
    [InlineData("NOT NOT email = a", 5, "NOT stands where", "a clause")]
    [InlineData("email ~ a", 7, "'~' stands here", "one of = != < <= > >= :")]
    [InlineData("emial = a", 1, "there is no field 'emial'", "the nearest are email")]
    [InlineData("email:a AND funel.stage = CUSTOMER", 13, "there is no field 'funel.stage'", "the nearest are funnel.stage")]
    [InlineData("😀", 1, "'\uFFFD", "a clause")]
    [InlineData("source:\"😀é\" oops", 17, "the filter ends", "after the field 'oops'")]
    [InlineData("email < a", 7, "email cannot be compared with <", "= != :")]
    [InlineData("label != vip", 7, "label cannot be compared with !=", "NOT label:")]
    [InlineData("label:vip", 7, "there is no label named 'vip'", "the name of a label of the account")]
    [InlineData("label_id:5", 10, "there is no label '5'", "the id of a label")]
    [InlineData("list:fair", 6, "there is no list named 'fair'", "the name of a list of the account, or * for any")]
    [InlineData("list_id:-5", 9, "there is no list '-5'", "the id of a list")]
    [InlineData("list > a", 6, "list cannot be compared with >", "= :")]
    [InlineData("label:vi*", 7, "* in a value of label", "only texts take *")]
    [InlineData("lead_score > many", 14, "'many' is no value of lead_score", "a number such as")]
    [InlineData("lead_score > 99999999999999999999999999999999", 14, "is no value of lead_score", "at most 28 digits")]
    [InlineData("lead_score = 1*", 14, "* in a value of lead_score", "a number")]
    [InlineData("record_state = GONE", 16, "'GONE' is no value of record_state", "one of ACTIVE, INACTIVE")]
    [InlineData("funnel.stage = Buyer", 16, "'Buyer' is no value", "one of AWARE, ENGAGED, CUSTOMER, LOYAL_CUSTOMER, PROMOTER")]
    [InlineData("funnel.lost = maybe", 15, "'maybe' is no value", "true or false")]
    [InlineData("create_time > 2026-02-30", 15, "'2026-02-30' is no value", "a date such as 2026-04-08")]
    [InlineData("create_time > 2026-04-08T10:30:00", 15, "is no value", "RFC")]
    [InlineData("create_time > 2026-04-08T10:30:60Z", 15, "is no value", "a time such as")]
    [InlineData("create_time > 2026-04-08T10:30:00.1234567Z", 15, "is no value", "at most 6 digits")]
    [InlineData("create_time > 9999-12-31", 15, "is no value", "a date")]
    [InlineData("create_time > 0001-01-01T00:00:00+14:00", 15, "is no value", "a date")]
    [InlineData("create_time > now-101y", 15, "is no value", "s, m, h, d, w")]
    [InlineData("create_time > now-9999999999w", 15, "is no value", "at most 100 years")]
    [InlineData("email = nobody", 9, "'nobody' is no value of email", "an email address, or a part")]
    [InlineData("phone = 030123", 9, "'030123' is no value of phone", "a phone number such as")]
    [InlineData("time_zone = Mars/Olympus", 13, "is no value", "an IANA time zone")]
    [InlineData("given_name = \"\"", 14, "is no value of given_name", "use : with * and NOT")]
    [InlineData("given_name = *", 14, "* alone", "asks whether there is a value")]
    [InlineData("email = a\u0000b", 10, "a control character", "printable text")]
    [InlineData("source = ana\u00A0AND email:b", 13, "a blank of another kind", "any other within quotes")]
    [InlineData("source = “ana”", 10, "'\uFFFD' stands here", "a straight \" or ' opens and closes one")]
    [InlineData("phone:12ab", 7, "'12ab' is no value of phone", "digits of a phone number")]
    [InlineData("lead_score = 0.50000000000000000000000000001", 14, "is no value of lead_score", "at most 28 digits")]
    public void A_wrong_filter_is_told_where_and_what_is_expected(string text, int position, string problem, string expected)
    {
        var refusal = Should.Throw<RefusalException>(() => FilterBinder.Bind(FilterParser.Parse(text), Scope)).Refusal;
        refusal.Reason.ShouldBe(CommonReasons.InvalidField);
        refusal.Violations.ShouldHaveSingleItem().Field.ShouldBe("filter");
        refusal.Message.ShouldStartWith($"filter at character {position}: ");
        refusal.Message.ShouldContain(problem);
        refusal.Metadata["position"].ShouldBe($"{position}");
        if (expected != "RFC")
        {
            refusal.Metadata["expected"].ShouldContain(expected);
        }
    }

    [Theory]
    [InlineData("now", "2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z")]
    [InlineData("now-30d", "2026-04-01T12:00:00Z", "2026-04-01T12:00:00Z")]
    [InlineData("now+90m", "2026-05-01T13:30:00Z", "2026-05-01T13:30:00Z")]
    [InlineData("now-2w", "2026-04-17T12:00:00Z", "2026-04-17T12:00:00Z")]
    [InlineData("now-45s", "2026-05-01T11:59:15Z", "2026-05-01T11:59:15Z")]
    [InlineData("2026-05-01", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")]
    [InlineData("2026-05-01t02:00:00.25+02:00", "2026-05-01T00:00:00.25Z", "2026-05-01T00:00:00.25Z")]
    [InlineData("2026-05-01T00:00:00-05:30", "2026-05-01T05:30:00Z", "2026-05-01T05:30:00Z")]
    public void Times_are_moments_or_whole_days_in_UTC(string text, string begin, string end)
    {
        var span = FilterValues.Time(text, Scope.Now).ShouldNotBeNull();
        (span.Begin, span.End).ShouldBe((Utc(begin), Utc(end)));
        (span.Begin.Kind, span.End.Kind).ShouldBe((DateTimeKind.Utc, DateTimeKind.Utc));
    }

    [Fact]
    public void Too_much_is_refused_before_it_is_built()
    {
        Refused(string.Join(' ', Enumerable.Repeat("phone:1", 8_000))).Message.ShouldContain("this is clause 501; expected at most 500 clauses");
        Refused(string.Join(" OR ", Enumerable.Repeat("email:a", 10_000))).Metadata["limit"].ShouldBe("65536");
        var million = Refused(new string('(', 1_000_000));
        (million.Reason, million.Metadata["limit"], million.Metadata["actual"]).ShouldBe((CommonReasons.LimitExceeded, "65536", "1000000"));
        Refused(new string('(', 60_000)).Message.ShouldContain("at character 51: parentheses are more than 50 deep");
        Refused(string.Concat(Enumerable.Repeat("NOT (", 10_000))).Message.ShouldContain("parentheses are more than 50 deep");
        Refused($"email:{new string('a', 1001)}").Message.ShouldContain("the value has 1001 characters; expected at most 1000");
        Refused($"{new string('a', 60_000)} = 1").Message.ShouldContain("there is no field 'aaa");
        Refused("email:\"\ud800\"").Message.ShouldContain("a broken character");
        // As deep and as many as allowed.
        FilterParser.Parse(new string('(', 50) + "email:a" + new string(')', 50)).Clauses.Count.ShouldBe(1);
        FilterParser.Parse(string.Join(" AND ", Enumerable.Repeat("(email:a)", 500))).Clauses.Count.ShouldBe(500);
    }

    private static Refusal Refused(string text) => Should.Throw<RefusalException>(() => FilterBinder.Bind(FilterParser.Parse(text), Scope)).Refusal;

    private static DateTime Utc(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime;
}
