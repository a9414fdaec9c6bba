using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>Reads the steps of a sequence.</summary>
public static class StepProto
{
    private const long SecondsOfDay = 24 * 60 * 60;

    /// <summary>Reads steps; new ones have no id yet.</summary>
    /// <param name="violations">Where mistakes go.</param>
    /// <param name="steps">As sent.</param>
    /// <param name="present">The steps that the sequence has.</param>
    /// <param name="order">All that it has and had.</param>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED.</exception>
    public static void Steps(this Violations violations, IReadOnlyList<Step> steps, IReadOnlyList<Step> present, StepOrder order)
    {
        Violations.Limit(steps.Count, SequenceLimits.Steps, "sequence.steps");
        Violations.Limit(order.Ids.Count + steps.Count(s => s.StepId == 0), SequenceLimits.StepsEver, "steps of the sequence, with those that were removed");
        var known = present.ToDictionary(s => s.StepId);
        foreach (var (i, step) in steps.Index())
        {
            var field = $"sequence.steps[{i}]";
            if (step.StepId != 0)
            {
                if (!known.Remove(step.StepId, out var before))
                {
                    violations.Add($"{field}.step_id", $"is {step.StepId}; expected 0 for a new step, or a present step of this sequence, each once");
                }
                else
                {
                    violations.Check(before.KindCase == step.KindCase, field, "is of another kind than before; remove it, and add a new step");
                }
            }
            step.Delay = violations.Seconds(step.Delay, $"{field}.delay", SequenceLimits.Days * SecondsOfDay);
            violations.Kind(step, field);
        }
        violations.Check(order.Keeps(steps.Select(s => s.StepId)), "sequence.steps", "has steps in another order than before; those that stay keep their order");
    }

    /// <summary>Reads a duration of whole seconds; an absent one is 0.</summary>
    public static Duration Seconds(this Violations violations, Duration? value, string field, long maximum)
    {
        var duration = value ?? new();
        violations.Check(duration.Nanos == 0 && duration.Seconds >= 0 && duration.Seconds <= maximum, field, $"is {duration}; whole seconds from 0 to {maximum} are expected");
        return duration;
    }

    private static void Kind(this Violations violations, Step step, string field)
    {
        switch (step.KindCase)
        {
            case Step.KindOneofCase.AutomaticEmail:
                Violations.Limit(step.AutomaticEmail.Variants.Count, SequenceLimits.Variants, $"{field}.automatic_email.variants");
                violations.Check(step.AutomaticEmail.Variants.Count > 0, $"{field}.automatic_email.variants", $"is empty; 1 to {SequenceLimits.Variants} wordings are expected");
                foreach (var (v, variant) in step.AutomaticEmail.Variants.Index())
                {
                    violations.Mail(variant, $"{field}.automatic_email.variants[{v}]");
                }
                break;
            case Step.KindOneofCase.ManualEmail:
                violations.Mail(step.ManualEmail.Template ?? new(), $"{field}.manual_email.template");
                break;
            case Step.KindOneofCase.Call:
                StepTemplates.ReadText(step.Call.Instructions, $"{field}.call.instructions", SequenceLimits.Instructions, violations);
                break;
            case Step.KindOneofCase.Sms:
                violations.Check(step.Sms.Text.Trim().Length > 0, $"{field}.sms.text", "is empty; a value is required");
                StepTemplates.ReadText(step.Sms.Text, $"{field}.sms.text", SequenceLimits.Sms, violations);
                break;
            case Step.KindOneofCase.Task:
                violations.Check(step.Task.Instructions.Trim().Length > 0, $"{field}.task.instructions", "is empty; a value is required");
                StepTemplates.ReadText(step.Task.Instructions, $"{field}.task.instructions", SequenceLimits.Instructions, violations);
                break;
            default:
                violations.Add($"{field}.kind", "is missing; expected automatic_email, manual_email, call, sms or task");
                break;
        }
    }

    private static void Mail(this Violations violations, EmailTemplate template, string field)
    {
        var found = new Violations();
        MailTemplates.TryRead(StepTemplates.Content(template), found, field, SequenceLimits.Body);
        foreach (var violation in found.Found)
        {
            violations.Add(violation.Field, violation.Description);
        }
    }
}
