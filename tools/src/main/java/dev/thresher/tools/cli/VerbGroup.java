// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Verbs that share a heading in the help.
 *
 * @param heading what they are for
 * @param verbs classes with {@link Command}, in the order of the help
 */
record VerbGroup(String heading, List<Class<?>> verbs) {
    private static final int INDENT = 2;
    private static final int NAME_WIDTH = 12;

    static void addAll(List<VerbGroup> groups, CommandLine root) {
        groups.forEach(group -> group.verbs().forEach(root::addSubcommand));
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> render(groups, help));
    }

    private static String render(List<VerbGroup> groups, Help help) {
        StringBuilder text = new StringBuilder();
        for (VerbGroup group : groups) {
            text.append(help.createHeading("%n" + group.heading() + ":%n")).append(group.table(help));
        }
        return text.toString();
    }

    private String table(Help help) {
        int width = help.commandSpec().usageMessage().width();
        TextTable table = TextTable.forColumns(
                help.colorScheme(),
                new Column(INDENT + NAME_WIDTH, INDENT, Overflow.SPAN),
                new Column(width - INDENT - NAME_WIDTH, 0, Overflow.WRAP));
        for (Class<?> verb : verbs) {
            Command command = verb.getAnnotation(Command.class);
            String[] about = command.header().length > 0 ? command.header() : command.description();
            table.addRowValues(
                    help.colorScheme().commandText(command.name()),
                    help.colorScheme().text(about[0]));
        }
        return table.toString();
    }
}
