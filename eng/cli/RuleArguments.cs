using System.CommandLine;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;

namespace ContactPlatform.Cli;

/// <summary>How a person names a label rule: by its number, or by its label and stage, which make it when there is none.</summary>
internal sealed class RuleArguments
{
    private readonly Option<string?> _label = new("--label") { Description = "Everyone who carries this label ..." };
    private readonly Option<string?> _stage = new("--stage") { Description = "... gets this stage. The rule is made when there is none." };
    private readonly Argument<long?> _id = new("RULE") { Description = "A rule's number, instead of --label and --stage.", Arity = ArgumentArity.ZeroOrOne };

    public void AddTo(Command command)
    {
        command.Add(_id);
        command.Add(_label);
        command.Add(_stage);
    }

    /// <exception cref="CliException">Neither, or something in between.</exception>
    public async Task<LabelRule> FindAsync(Stack stack, ParseResult result, CancellationToken cancellationToken) =>
        (result.GetValue(_id), result.GetValue(_label), result.GetValue(_stage)) switch
        {
            ({ } number, null, null) => (await stack.LabelRules.GetLabelRuleAsync(new() { LabelRuleId = number }, cancellationToken: cancellationToken)).LabelRule,
            (null, { } name, { } text) => await FindOrCreateAsync(stack, name, Words.ReadStage(text), cancellationToken),
            _ => throw new CliException("Name a rule by its number, or by both --label and --stage."),
        };

    public static async Task<List<LabelRule>> ListAsync(Stack stack, CancellationToken cancellationToken)
    {
        var rules = new List<LabelRule>();
        var request = new ListLabelRulesRequest { PageSize = 1000 };
        do
        {
            var page = await stack.LabelRules.ListLabelRulesAsync(request, cancellationToken: cancellationToken);
            rules.AddRange(page.LabelRules);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return rules;
    }

    private static async Task<LabelRule> FindOrCreateAsync(Stack stack, string labelName, FunnelStage stage, CancellationToken cancellationToken)
    {
        var label = await LabelLookup.FindAsync(stack, labelName, cancellationToken);
        var rules = await ListAsync(stack, cancellationToken);
        if (rules.Find(r => r.LabelId == label.LabelId && r.Stage == stage) is { } existing)
        {
            return existing;
        }

        var rule = new LabelRule { LabelId = label.LabelId, Stage = stage, DisplayName = $"{label.DisplayName} becomes {Words.Stage(stage)}" };
        return (await stack.LabelRules.CreateLabelRuleAsync(new() { LabelRule = rule }, cancellationToken: cancellationToken)).LabelRule;
    }
}
