namespace ContactPlatform.Deliverability.Classifications;

/// <summary>
/// What a failed delivery says about the address. The numbers are stored, and are those of
/// contactplatform.deliverability.v1.FailureClass.
/// </summary>
public enum FailureClass : short
{
    /// <summary>Nothing failed.</summary>
    None = 0,

    /// <summary>The mailbox does not exist, for good.</summary>
    DoesNotExist = 1,

    /// <summary>The mailbox is full; a later success clears it.</summary>
    MailboxFull = 2,

    /// <summary>The mailbox or its server could not be reached now; expires by itself.</summary>
    Unavailable = 3,

    /// <summary>The message or its sender was refused: it says nothing about the address, which stays as it is.</summary>
    SenderFault = 4,
}

/// <summary>What the classifier says.</summary>
/// <param name="Class">What the failure means for the address.</param>
/// <param name="RuleId">The rule that said so: `code.…`, `text.…`, or `else`.</param>
public readonly record struct Verdict(FailureClass Class, string RuleId);
