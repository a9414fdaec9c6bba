using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.AddressValidations;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Tests.AddressValidations;

/// <summary>What is found of an address by itself, and by what happened to it.</summary>
public sealed class AddressCheckTests
{
    private static readonly DateTime Now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string, string, string, string> Cases => new()
    {
        { " Ana.Lima@Acme.Shop ", "ana.lima@acme.shop", "", "" },
        { "o'brien+news@acme.shop", "o'brien+news@acme.shop", "", "" },
        { "ana@bücher.shop", "ana@xn--bcher-kva.shop", "", "" },
        { "josé@acme.shop", "josé@acme.shop", "International", "" },
        // RFC 5321 4.1.2: quotes that are not needed say nothing.
        { "\"ana\"@acme.shop", "ana@acme.shop", "", "" },
        { "\"ana lima\"@acme.shop", "\"ana lima\"@acme.shop", "Quoted", "" },
        { "\"a\\\"b@c\"@acme.shop", "\"a\\\"b@c\"@acme.shop", "Quoted", "" },
        { "ana@[192.0.2.1]", "ana@[192.0.2.1]", "AddressLiteral", "" },
        { "ana@[IPv6:2001:DB8::1]", "ana@[ipv6:2001:db8::1]", "AddressLiteral", "" },
        { "ana@example.com", "ana@example.com", "ReservedDomain", "" },
        { "ana@mail.example.org", "ana@mail.example.org", "ReservedDomain", "" },
        { "ana@printer.local", "ana@printer.local", "ReservedDomain", "" },
        { "ana@notexample.com", "ana@notexample.com", "", "" },
        { "info@acme.shop", "info@acme.shop", "Role", "" },
        { "Info+x@acme.shop", "info+x@acme.shop", "Role", "" },
        { "ana@mailinator.com", "ana@mailinator.com", "Disposable", "" },
        { "ana@eu.mailinator.com", "ana@eu.mailinator.com", "Disposable", "" },
        { "postmaster@guerrillamail.com", "postmaster@guerrillamail.com", "Role,Disposable", "" },
        { "ana@gmial.com", "ana@gmial.com", "LikelyTypo", "ana@gmail.com" },
        { "ana@gmal.com", "ana@gmal.com", "LikelyTypo", "ana@gmail.com" },
        { "ana@gmaill.com", "ana@gmaill.com", "LikelyTypo", "ana@gmail.com" },
        { "ana@gmsil.con", "ana@gmsil.con", "LikelyTypo", "ana@gmail.com" },
        { "ana@yahoo.co", "ana@yahoo.co", "LikelyTypo", "ana@yahoo.com" },
        { "ana@hotmial.co.uk", "ana@hotmial.co.uk", "LikelyTypo", "ana@hotmail.co.uk" },
        { "ana@acme.con", "ana@acme.con", "LikelyTypo", "ana@acme.com" },
        { "ana@gmail.com", "ana@gmail.com", "", "" },
        { "ana@ymail.com", "ana@ymail.com", "", "" },
        { "ana@mail.com", "ana@mail.com", "", "" },
        { "ana@acme.co", "ana@acme.co", "", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_address_is_looked_at_by_itself(string input, string address, string findings, string suggestion)
    {
        var check = AddressCheck.Of(input);
        (check.Address, string.Join(',', check.Findings), check.Suggestion, check.Problem).ShouldBe((address, findings, suggestion, ""));
        check.Verdict.ShouldBe(findings.Length == 0 ? AddressVerdict.Good : findings == "ReservedDomain" ? AddressVerdict.Bad : AddressVerdict.Risky);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("ana", "no @")]
    [InlineData("@acme.shop", "nothing before the @")]
    [InlineData("ana@", "no domain")]
    [InlineData("ana@acme", "without a dot")]
    [InlineData("a b@acme.shop", "a blank")]
    [InlineData("ana..lima@acme.shop", "dot")]
    [InlineData(".ana@acme.shop", "dot")]
    [InlineData("ana@-acme.shop", "malformed domain")]
    [InlineData("ana@acme_.shop", "malformed domain")]
    [InlineData("ana@[300.0.0.1]", "in numbers")]
    [InlineData("ana@[fe80::1]", "in numbers")]
    [InlineData("ana@[IPv6:fe80::1%1]", "in numbers")]
    [InlineData("ana]", "no @")]
    [InlineData("\"ana@acme.shop", "without an end")]
    [InlineData("\"ana\"lima@acme.shop", "between the quoted part and the @")]
    [InlineData("\"ana\"", "between the quoted part and the @")]
    [InlineData("\"a\tb\"@acme.shop", "control character")]
    public void What_is_no_address_is_told_why(string input, string problem)
    {
        var check = AddressCheck.Of(input);
        (check.Address, check.Findings.Single(), check.Verdict).ShouldBe(("", AddressFinding.Malformed, AddressVerdict.Bad));
        check.Problem.ShouldContain(problem);
    }

    [Fact]
    public void Limits_are_those_of_RFC_5321()
    {
        AddressCheck.Of($"{new string('a', 64)}@acme.shop").Verdict.ShouldBe(AddressVerdict.Good);
        AddressCheck.Of($"{new string('a', 65)}@acme.shop").Problem.ShouldContain("at most 64");
        AddressCheck.Of($"\"{new string(' ', 63)}\"@acme.shop").Problem.ShouldContain("at most 64");
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 60), 4));
        AddressCheck.Of($"a@{domain}").Verdict.ShouldBe(AddressVerdict.Good);
        AddressCheck.Of($"{new string('a', 20)}@{domain}").Problem.ShouldContain("at most 254");
        AddressCheck.Of($"a@{domain}.{new string('d', 60)}").Problem.ShouldContain("at most 255");
        AddressCheck.Of(new('x', 1001)).Problem.ShouldContain("1001 characters");
    }

    [Fact]
    public void What_happened_to_it_counts_as_the_send_gate_counts_it()
    {
        AddressCheck.Blocks.Keys.ShouldBe(StatusRules.Table.Select(r => r.Block), ignoreOrder: true);
        AddressCheck.Verdicts.Keys.ShouldBe(Enum.GetValues<AddressFinding>().Where(f => f != AddressFinding.Unspecified), ignoreOrder: true);
        var check = AddressCheck.Of("ana@gmial.com");
        var gone = check.With(AddressFacts.None.With(FactKind.DoesNotExist, Now.AddDays(-400)), Now);
        (gone.Verdict, string.Join(',', gone.Findings), gone.Suggestion).ShouldBe((AddressVerdict.Bad, "LikelyTypo,DoesNotExist", "ana@gmail.com"));
        // Mail was delivered there: it is no mistake.
        var real = check.With(AddressFacts.None.With(FactKind.Delivered, Now.AddDays(-1)), Now);
        (real.Verdict, string.Join(',', real.Findings), real.Suggestion).ShouldBe((AddressVerdict.Good, "DeliveredBefore", ""));
        check.With(AddressFacts.None.With(FactKind.Unavailable, Now.AddHours(-73)), Now).Findings.ShouldBe(check.Findings);
        check.With(AddressFacts.None.With(FactKind.Unavailable, Now.AddHours(-71)).With(FactKind.MailboxFull, Now), Now).Findings.ShouldBe([AddressFinding.LikelyTypo, AddressFinding.MailboxFull, AddressFinding.Unavailable]);
        string.Join(',', check.With(AddressFacts.None.With(FactKind.Complaint, Now).With(FactKind.Suppressed, Now).With(FactKind.ContactUnsubscribed, Now), Now).Findings)
            .ShouldBe("LikelyTypo,Complained,Unsubscribed,Suppressed");
    }

    [Fact]
    public void The_lists_are_in_the_form_in_which_addresses_are_compared()
    {
        AddressLists.Disposable.Concat(AddressLists.Providers).Concat(AddressLists.Others).ShouldAllBe(d => AddressCheck.Of("x@" + d).Address == "x@" + d);
        AddressLists.Roles.ShouldAllBe(r => !r.Any(char.IsUpper) && AddressCheck.Of(r + "@acme.shop").Findings.Contains(AddressFinding.Role));
        AddressLists.Providers.ShouldAllBe(d => AddressCheck.Of("x@" + d).Verdict == AddressVerdict.Good);
        AddressLists.Providers.Intersect(AddressLists.Others).ShouldBeEmpty();
        ReservedDomains.Table.ShouldAllBe(r => r.Source.StartsWith("RFC ", StringComparison.Ordinal) || r.Source.StartsWith("ICANN", StringComparison.Ordinal));
    }
}
