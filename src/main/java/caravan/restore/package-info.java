/** Objects back into topics: the plan, the topics and their guards, and the check at the end. */
package caravan.restore;
