using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Contacts.Columns;

/// <summary>A contact on its way into a file or a page of a view; what no column asks for stays empty.</summary>
public sealed class ContactRow
{
    /// <summary>The contact.</summary>
    public required Contact Contact { get; init; }

    /// <summary>Names of its labels, by ascending id of the label; null for none.</summary>
    public List<string>? Labels { get; set; }

    /// <summary>Names of the lists that it is on, by ascending id of the list; null for none.</summary>
    public List<string>? Lists { get; set; }

    /// <summary>Name of its own stage; empty for none.</summary>
    public string Stage { get; set; } = "";

    /// <summary>Whether it is lost.</summary>
    public bool Lost { get; set; }

    /// <summary>UTC; null when it never moved.</summary>
    public DateTime? StageChangeTime { get; set; }

    /// <summary>How it stands with mail.</summary>
    public DeliverabilityStatus Deliverability { get; set; } = DeliverabilityStatus.New;

    /// <summary>When a message was last sent to it, UTC; null for never.</summary>
    public DateTime? LastSendTime { get; set; }

    /// <summary>When somebody last opened one, UTC; null for never.</summary>
    public DateTime? LastOpenTime { get; set; }

    /// <summary>When somebody last followed a link of one, UTC; null for never.</summary>
    public DateTime? LastClickTime { get; set; }

    /// <summary>Where it is in its outreach.</summary>
    public string Engagement { get; set; } = SequenceWords.Engagement[0];

    /// <summary>When that last changed, UTC; null while it never did.</summary>
    public DateTime? EngagementTime { get; set; }

    /// <summary>When a step was first processed for it, UTC; null for never.</summary>
    public DateTime? FirstWorkingTime { get; set; }

    /// <summary>Whether it has opted out of all sequences.</summary>
    public bool OptedOut { get; set; }

    /// <summary>Whether it is to be called, or was; empty for neither.</summary>
    public string CallStatus { get; set; } = "";

    /// <summary>Ids of the sequences that it is in, ascending; null for none.</summary>
    public List<string>? Sequences { get; set; }

    /// <summary>Custom fields by their id: string, decimal, DateOnly or bool.</summary>
    public Dictionary<long, object> Fields => field ??= new(16);
}
