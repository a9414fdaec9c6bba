using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Segments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "segment_snapshot_members",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshot_members", x => new { x.account_id, x.segment_snapshot_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "segment_snapshots",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_snapshot_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    filter_text = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: false),
                    contact_count = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_snapshots", x => new { x.account_id, x.segment_snapshot_id });
                });

            migrationBuilder.CreateTable(
                name: "segments",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    name_key = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    filter_text = table.Column<string>(type: "character varying(65536)", maxLength: 65536, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segments", x => new { x.account_id, x.segment_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_segments_name_key",
                table: "segments",
                columns: new[] { "account_id", "name_key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "segment_snapshot_members");

            migrationBuilder.DropTable(
                name: "segment_snapshots");

            migrationBuilder.DropTable(
                name: "segments");
        }
    }
}
